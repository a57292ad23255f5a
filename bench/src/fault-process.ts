import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { FaultMessage, FaultOrder, Request } from './fault-orders.ts'

/** How a process ended that should not have. */
export interface Crash {
  readonly exitCode: number | null
  readonly signal: string | null
  /** The last thing it said of why. */
  readonly reason: string
}

const maxErrorsLength = 20_000
const running = new Set<ChildProcess>()
// However this process ends: by itself, or by a signal for which it calls `exit`. When it is killed, the others see that.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** The process of one cell. It may crash: then orders resolve to nothing, and {@link crash} tells of it. */
export class FaultProcess {
  readonly #child: ChildProcess
  readonly #requests: Request[] = []
  #crash: Crash | undefined
  #done: (result?: unknown) => void = () => {}
  #errors = ''

  private constructor() {
    this.#child = fork(join(import.meta.dirname, 'fault-worker.ts'), {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    running.add(this.#child)
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-maxErrorsLength)
    })
    this.#child.on('message', (message: FaultMessage) => {
      if (message.type === 'answered') this.#requests.push(message.request)
      else this.#done(message.type === 'done' ? message.result : undefined)
    })
    // Not `exit`: then what it wrote may not have been read.
    this.#child.on('close', (exitCode, signal) => {
      running.delete(this.#child)
      this.#crash = { exitCode, signal, reason: reasonIn(this.#errors) }
      this.#done()
    })
  }

  static async start(): Promise<FaultProcess> {
    const started = new FaultProcess()
    await new Promise<unknown>((resolve) => (started.#done = resolve))
    return started
  }

  get crash(): Crash | undefined {
    return this.#crash
  }

  /** What has been answered since this was asked last. */
  takeRequests(): readonly Request[] {
    return this.#requests.splice(0)
  }

  /** One at a time. */
  order(order: FaultOrder): Promise<unknown> {
    if (this.#crash !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      this.#done = resolve
      // That it could not be sent is seen by its end.
      this.#child.send(order, () => {})
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** What Node writes of an error that nobody caught; of several, the last one. */
function reasonIn(errors: string): string {
  const lines = errors.match(/^(?:\s*)(?:\w*Error\b.*|.*Unhandled '\w+' event.*)$/gm) ?? []
  return lines.at(-1)?.trim() ?? errors.trim().slice(-200)
}
