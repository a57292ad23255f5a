import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

/** A real PostgreSQL of the test's own, on a free loopback port. */
export interface PostgresServer extends AsyncDisposable {
  /** Makes an empty database and returns its `postgres://` URL. */
  createDatabase(): Promise<string>
  /** Ends all connections and the server. Its databases stay for {@link start}. */
  stop(): Promise<void>
  start(): Promise<void>
}

const startTimeoutMs = 20_000

export async function startPostgres(): Promise<PostgresServer> {
  const bin = findServer()
  const owner = serverOwner()
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-postgres-'))
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const run = { ...owner, cwd: folder, env: { PATH: bin, LC_ALL: 'C' } }
  const data = join(folder, 'data')
  const initdb = ['-D', data, '-U', 'rekindle', '-A', 'trust', '-E', 'UTF8', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { ...run, stdio: 'pipe' })

  const port = await freePort()
  const url = (database: string): string => `postgres://rekindle@127.0.0.1:${port}/${database}`
  // No socket file: it would lie in a folder that this user may not write to.
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting])
  let server: ChildProcess | undefined
  const kill = (): void => void server?.kill('SIGQUIT')
  process.once('exit', kill)

  const stop = async (): Promise<void> => {
    if (server === undefined || !isRunning(server)) return
    const exited = once(server, 'exit')
    server.kill('SIGINT')
    await exited
  }
  const start = async (): Promise<void> => {
    server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], { ...run, stdio: 'ignore' })
    await untilReady(url('postgres'), server)
  }
  await start()

  let databases = 0
  return {
    start,
    stop,
    async createDatabase() {
      const name = `test_${++databases}`
      const client = new Client(url('postgres'))
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return url(name)
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The folder of `postgres` and `initdb`: the newest of Debian's, which are not in the PATH, else the one in the PATH. */
function findServer(): string {
  const version = (path: string): number => Number(/\/(\d+)\/bin\//.exec(path)?.[1])
  const [newest] = globSync('/usr/lib/postgresql/*/bin/postgres').toSorted((a, b) => version(b) - version(a))
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => existsSync(join(folder, 'postgres')))
  const found = newest === undefined ? folders[0] : dirname(newest)
  if (found !== undefined) return found
  throw new Error('These tests need a PostgreSQL server. Install the package postgresql (Debian: apt-get install postgresql).')
}

/** PostgreSQL refuses to run as root: then the package's own user runs it. */
function serverOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  return { uid: id('-u'), gid: id('-g') }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const client = new Client(url)
    // A connection refused in its handshake reports that a second time, as an event.
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      if (!isRunning(server) || Date.now() > deadline) throw new Error('PostgreSQL did not start.', { cause: error })
      await delay(50)
    }
  }
}

function isRunning(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null
}
