import { type ChildProcess, fork } from 'node:child_process'

interface Answer {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** A process that does nothing but what it is told. It runs the file `path`, which calls {@link obey}, and ends with this one. */
export class OrderedProcess<Order> {
  readonly #child: ChildProcess
  readonly #pending = new Map<number, { resolve: (result: never) => void; reject: (error: unknown) => void }>()
  #orders = 0
  #errors = ''
  #end: Error | undefined

  constructor(path: string, execArgv: readonly string[] = []) {
    // Of contestants that crash, the reason is told once, and not by eight processes.
    this.#child = fork(path, { execArgv: [...execArgv], stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text))
    this.#child.on('message', ({ id, result, error }: Answer) => {
      const pending = this.#pending.get(id)
      this.#pending.delete(id)
      if (error === undefined) pending?.resolve(result as never)
      else pending?.reject(new Error(error))
    })
    // Not `exit`: then what it wrote may not have been read.
    this.#child.on('close', () => {
      this.#end = new Error(/^\w*Error: .*$/m.exec(this.#errors)?.[0] ?? `A worker has ended. ${this.#errors}`)
      for (const { reject } of this.#pending.values()) reject(this.#end)
    })
  }

  /** Rejects with the error that ended the process, if that comes before the answer. */
  order<Result>(order: Order): Promise<Result> {
    if (this.#end !== undefined) return Promise.reject(this.#end)
    const id = ++this.#orders
    return new Promise<Result>((resolve, reject) => {
      this.#pending.set(id, { resolve: resolve as (result: never) => void, reject })
      // Only a process that has ended cannot be sent anything, and that is seen above.
      this.#child.send({ id, order }, () => {})
    })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

/** In such a process: carries out what its parent says, and ends when the parent does. */
export function obey<Order>(carryOut: (order: Order) => Promise<unknown>): void {
  process.on('message', ({ id, order }: { id: number; order: Order }) => {
    void carryOut(order).then(
      (result) => process.send?.({ id, result } satisfies Answer),
      (error: Error) => process.send?.({ id, error: error.message } satisfies Answer),
    )
  })
  process.once('disconnect', () => process.exit())
}
