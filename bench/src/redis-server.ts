import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RedisServer {
  readonly port: number
  /** From now on it answers nobody, and keeps its connections. */
  pause(): void
  resume(): void
  /** Ends the process that was started here, and removes what it may have written. Safe at any time, and twice. */
  stop(): void
}

const running = new Set<RedisServer['stop']>()
// However this process ends: by itself, or by a signal for which it calls `exit`. That may be while a server still starts.
process.once('exit', () => running.forEach((stop) => stop()))

/** A Redis of our own on a loopback port, by default a free one, with more `settings` as on a command line. It keeps nothing on disk. */
export async function startRedis(at?: number, settings: readonly string[] = []): Promise<RedisServer> {
  const port = at ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...settings]
  const server = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'inherit'] })
  const stop = () => {
    running.delete(stop)
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  running.add(stop)
  try {
    await ready(server)
  } catch (error) {
    stop()
    throw error
  }
  return { port, pause: () => void server.kill('SIGSTOP'), resume: () => void server.kill('SIGCONT'), stop }
}

function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.once('error', (error) => reject(new Error('redis-server could not be started. Is it installed?', { cause: error })))
    server.once('exit', () => reject(new Error(`redis-server ended before it was ready:\n${log}`)))
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('Ready to accept connections')) resolve()
    })
  })
}

/** A loopback port that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
