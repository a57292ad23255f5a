import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, type RedisServer, startRedis, withClient } from './redis-server.ts'

/** A master, its replica, and three Sentinels that watch them. They promote the replica only when they are told to. */
export interface RedisSentinel extends AsyncDisposable {
  /** By which the Sentinels know the master. */
  readonly name: string
  /** Of the Sentinels. */
  readonly ports: readonly number[]
  readonly master: RedisServer
  readonly replica: RedisServer
  /** Ends a Sentinel. */
  end(port: number): Promise<void>
  /**
   * The master is down: lets the Sentinels act on it. Resolves when all of them have the replica for a
   * master that is up.
   */
  failOver(): Promise<void>
}

const name = 'main'
/** More must agree that the master is down than there are. */
const unattainable = 4

export async function startSentinel(): Promise<RedisSentinel> {
  const master = await startRedis({ settings: ['--repl-diskless-sync-delay', '0'] })
  const replica = await startRedis({ settings: ['--replicaof', `127.0.0.1 ${master.port}`] })
  await until(async () => String(await replica.call('INFO', 'replication')).includes('master_link_status:up'))
  const sentinels = await Promise.all([0, 1, 2].map(() => startOne(master.port)))
  const ports = sentinels.map(({ port }) => port)
  const all = (...args: (string | number)[]) => Promise.all(ports.map((port) => call(port, 'SENTINEL', ...args)))
  await until(async () => (await all('MASTER', name)).every((reply) => knowsAll(reply as string[])))
  return {
    name,
    ports,
    master,
    replica,
    async end(port) {
      await sentinels.find((sentinel) => sentinel.port === port)?.[Symbol.asyncDispose]()
    },
    async failOver() {
      // One of them: were all to stand for leader at once, none might be elected, and they would try again only later.
      await call(ports[0]!, 'SENTINEL', 'SET', name, 'quorum', 1)
      const names = (reply: string[]) => valueOf(reply, 'port') === String(replica.port) && valueOf(reply, 'flags') === 'master'
      await until(async () => ((await all('MASTER', name)) as string[][]).every(names))
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...sentinels, master, replica].map((server) => server[Symbol.asyncDispose]()))
    },
  }
}

/** Whether a Sentinel has found the replica and the other two Sentinels. */
function knowsAll(reply: readonly string[]): boolean {
  return valueOf(reply, 'num-slaves') === '1' && valueOf(reply, 'num-other-sentinels') === '2'
}

const valueOf = (reply: readonly string[], field: string) => reply[reply.indexOf(field) + 1]

async function startOne(masterPort: number): Promise<{ readonly port: number } & AsyncDisposable> {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'rekindle-sentinel-'))
  const file = join(folder, 'sentinel.conf')
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${unattainable}`,
      `sentinel down-after-milliseconds ${name} 300`,
      `sentinel failover-timeout ${name} 2000`,
    ].join('\n'),
  )
  const server = spawn('redis-server', [file, '--sentinel'], { stdio: ['ignore', 'ignore', 'inherit'] })
  await until(() => call(port, 'PING').then(Boolean, () => false))
  // How often it looks and tells the others, beside which its own defaults are slow.
  await call(port, 'SENTINEL', 'DEBUG', 'info-period', 200, 'publish-period', 100)
  return {
    port,
    async [Symbol.asyncDispose]() {
      if (server.signalCode !== null) return
      const exited = once(server, 'exit')
      server.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function call(port: number, command: string, ...args: (string | number)[]): Promise<unknown> {
  return withClient({ port }, (client) => client.call(command, ...args))
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 20_000; !(await condition()); await delay(20)) {
    if (Date.now() > deadline) throw new Error('the Sentinels did not get there')
  }
}
