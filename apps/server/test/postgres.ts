import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

/** A PostgreSQL server of the tests' own, on a free port of the loopback interface. */
export interface TestPostgres {
  /** Makes an empty database and returns its `postgres://` URL. */
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

const startTimeoutMs = 20_000

export async function startPostgres(): Promise<TestPostgres> {
  const bin = findServer()
  const owner = serverOwner()
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-postgres-'))
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const run = { ...owner, cwd: folder, env: { PATH: bin, LC_ALL: 'C' } }
  const data = join(folder, 'data')
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'rekindle', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...run,
    stdio: 'pipe',
  })

  const port = await freePort()
  // No socket file: it would lie in a folder that this user may not write to.
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...run,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  server.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4_000)))
  const kill = (): void => void server.kill('SIGQUIT')
  process.once('exit', kill)

  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    if (isRunning(server)) {
      const exited = once(server, 'exit')
      server.kill('SIGINT')
      await exited
    }
    rmSync(folder, { recursive: true, force: true })
  }
  const url = (database: string): string => `postgres://rekindle@127.0.0.1:${port}/${database}`
  try {
    await untilReady(url('postgres'), server)
  } catch (error) {
    await stop()
    throw new Error(`PostgreSQL did not start. Its last words:\n${log}`, { cause: error })
  }

  let databases = 0
  return {
    stop,
    async createDatabase() {
      const name = `test_${++databases}`
      const client = new Client(url('postgres'))
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return url(name)
    },
  }
}

/** The folder of `postgres` and `initdb`: the newest of Debian's, which are not in the PATH, else the one in the PATH. */
function findServer(): string {
  const version = (path: string): number => Number(/\/(\d+)\/bin\//.exec(path)?.[1])
  const [newest] = globSync('/usr/lib/postgresql/*/bin/postgres').toSorted((a, b) => version(b) - version(a))
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => existsSync(join(folder, 'postgres')))
  const found = newest ? dirname(newest) : folders[0]
  if (!found)
    throw new Error('These tests need a PostgreSQL server. Install the package postgresql (Debian: apt-get install postgresql).')
  return found
}

/** PostgreSQL refuses to run as root: then the package's own user runs it. */
function serverOwner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (what: string): number => Number(execFileSync('id', [what, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch (cause) {
    throw new Error(
      'As root, these tests run PostgreSQL as the user postgres, who is missing. Debian: apt-get install postgresql.',
      { cause },
    )
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
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
      if (!isRunning(server) || Date.now() > deadline) throw error
      await delay(50)
    }
  }
}

function isRunning(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null
}
