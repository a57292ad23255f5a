import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export interface ServerOptions {
  /** Settings besides a free port and one worker. */
  readonly env?: Readonly<Record<string, string>>
  /** Kept when the server ends. Default: one of its own, removed with the server. */
  readonly dataDir?: string
}

/** The built server as its users run it: a process with workers of its own, on a free port. */
export class ServerProcess implements AsyncDisposable {
  readonly #process: ChildProcess
  readonly #ownFolder: string | undefined
  stdout = ''
  stderr = ''
  readonly exited: Promise<number | null>
  url = ''

  /** Starts it; {@link startServer} waits until it is ready, too. */
  constructor({ env = {}, dataDir }: ServerOptions = {}) {
    this.#ownFolder = dataDir === undefined ? mkdtempSync(join(tmpdir(), 'rekindle-server-')) : undefined
    const folder = dataDir ?? this.#ownFolder
    // Nothing of the developer's own environment: a key in it would make the tests ask a real model.
    const clean = { PATH: process.env.PATH, HOME: process.env.HOME }
    // One user asks more in a minute here than people do.
    const unlimited = { REKINDLE_REQUESTS_PER_MINUTE: '1000000', REKINDLE_TURNS_PER_MINUTE: '1000000' }
    const defaults = { PORT: '0', REKINDLE_DATA_DIR: folder, REKINDLE_WORKERS: '1', ...unlimited }
    this.#process = spawn(process.execPath, [main], {
      cwd: folder,
      env: { ...clean, ...defaults, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    // A test that ends without disposing of it leaves nothing behind.
    const kill = (): void => void this.#process.kill('SIGKILL')
    process.once('exit', kill)
    this.exited = once(this.#process, 'close').then(([code]) => {
      process.off('exit', kill)
      return code as number | null
    })
  }

  get pid(): number {
    return this.#process.pid!
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal)
  }

  /** Resolves once it accepts connections. */
  async ready(): Promise<void> {
    await until(() => /is ready at (\S+)/.test(this.stdout) || !this.running, this)
    const [, url] = /is ready at (\S+)/.exec(this.stdout) ?? []
    if (url === undefined) throw new Error(`The server did not start:\n${this.stdout}${this.stderr}`)
    this.url = url
  }

  /** Stops it as a supervisor does. Resolves to its exit code. */
  async stop(): Promise<number | null> {
    if (this.running) this.signal('SIGTERM')
    return this.exited
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Without their primary the workers go too.
    if (this.running) this.signal('SIGKILL')
    await this.exited
    if (this.#ownFolder !== undefined) rmSync(this.#ownFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }
}

export async function startServer(options?: ServerOptions): Promise<ServerProcess> {
  const server = new ServerProcess(options)
  try {
    await server.ready()
    return server
  } catch (error) {
    await server[Symbol.asyncDispose]()
    throw error
  }
}

/** Waits until something has become true, however long the machine takes. */
export async function until(condition: () => boolean | Promise<boolean>, server?: ServerProcess): Promise<void> {
  const deadline = Date.now() + 15_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain.\n${server?.stdout ?? ''}${server?.stderr ?? ''}`)
    await delay(10)
  }
}
