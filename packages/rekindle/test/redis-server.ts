import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** A real redis-server of the test's own, on a free loopback port, keeping nothing on disk. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
}

/** On `port` if it is given, as after a crash; with more `settings` as on the command line. */
export async function startRedis({
  port: wanted,
  settings = [],
}: { port?: number; settings?: readonly string[] } = {}): Promise<RedisServer> {
  const port = wanted ?? (await freePort())
  const folder = await mkdtemp(join(tmpdir(), 'rekindle-redis-'))
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '', '--appendonly', 'no', ...settings]
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await ready(server)
  return {
    port,
    pid: server.pid!,
    async [Symbol.asyncDispose]() {
      if (server.exitCode === null && server.signalCode === null) {
        const exited = once(server, 'exit')
        server.kill('SIGKILL')
        await exited
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ready(server: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: server.stdout! })) {
    if (!line.includes('Ready to accept connections')) continue
    // Whatever it says from now on must not fill the pipe and stop it.
    server.stdout!.resume()
    return
  }
  throw new Error('redis-server ended before it was ready')
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
