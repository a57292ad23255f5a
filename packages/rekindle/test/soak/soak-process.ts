import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { SoakOrder } from './soak-orders.ts'

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** A worker process of the soak, as its parent has it. */
export class SoakProcess {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>()
  #orders = 0
  /** Set when it is to be killed: any other end is a failure. */
  killed = false
  endedByItself = false

  constructor() {
    this.#child = fork(join(import.meta.dirname, 'soak-worker.ts'), { execArgv: ['--expose-gc'] })
    this.#child.on('message', ({ id, result, error }: Answer) => {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(result as never)
      else pending?.reject(new Error(error.message))
    })
    this.#child.on('exit', () => {
      this.endedByItself = !this.killed
      for (const { reject } of this.#pending.values()) reject(new Error('the worker has ended'))
    })
  }

  order<Result>(order: SoakOrder): Promise<Result> {
    const id = ++this.#orders
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject })
      this.#child.send({ id, order }, (error) => error && reject(error))
    })
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async end(): Promise<void> {
    this.killed = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}
