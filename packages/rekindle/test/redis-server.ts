import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'

/** A real redis-server of the test's own, on a free loopback port, keeping nothing on disk unless it is told to. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  /** Of the process that runs, or ran last. */
  readonly pid: number
  /** Sends one command, over a connection of its own. */
  call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown>
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** Starts it again on the same port, with what it has saved, and more `settings`. Resolves at once when it has said `until`. */
  restart(settings?: readonly string[], until?: string): Promise<void>
}

const readyLine = 'Ready to accept connections'

/** On `port` if it is given, as after a crash; with more `settings` as on the command line. */
export async function startRedis({
  port: wanted,
  settings = [],
}: { port?: number; settings?: readonly string[] } = {}): Promise<RedisServer> {
  const port = wanted ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'rekindle-redis-'))
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no', ...settings]
  let server = await run(args, readyLine)
  const kill = () => end(server)
  return {
    port,
    get pid() {
      return server.pid!
    },
    call: (command, ...rest) => withClient({ port }, (client) => client.call(command, ...rest)),
    kill,
    async restart(more = [], until = readyLine) {
      await kill()
      server = await run([...args, ...more], until)
    },
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What `work` comes to with a connection of its own to a server on loopback. */
export async function withClient<Result>(
  at: { readonly port: number; readonly password?: string },
  work: (client: Redis) => Promise<Result>,
): Promise<Result> {
  const client = new Redis({ ...at, host: '127.0.0.1', protocol: 2, enableReadyCheck: false, retryStrategy: () => null })
  // What fails is the work.
  client.on('error', () => {})
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

async function run(args: readonly string[], until: string): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: server.stdout! })) {
    if (!line.includes(until)) continue
    // Whatever it says from now on must not fill the pipe and stop it.
    server.stdout!.resume()
    return server
  }
  throw new Error('redis-server ended before it was ready')
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGKILL')
  await exited
}

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
