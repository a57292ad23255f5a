import { AsyncLocalStorage, createHook } from 'node:async_hooks'

/** Timers and sockets, also those that do not keep the process from exiting. */
const watched = new Set(['Timeout', 'TCPWRAP'])

/** Knows what was opened by a piece of work, by what that set off, and so on, and has not been closed. */
export class OpenResources {
  readonly #scope = new AsyncLocalStorage<true>()
  readonly #open = new Map<number, string>()
  readonly #hook = createHook({
    init: (id, type) => {
      if (watched.has(type) && this.#scope.getStore()) this.#open.set(id, `${type}${opener(new Error().stack)}`)
    },
    destroy: (id) => this.#open.delete(id),
  })

  /** Watches from now on; what `work` opens counts. */
  watch<Result>(work: () => Result): Result {
    this.#hook.enable()
    return this.#scope.run(true, work)
  }

  /** What is open: its type, and where it was opened. */
  get open(): readonly string[] {
    return [...this.#open.values()]
  }

  stop(): void {
    this.#hook.disable()
    this.#open.clear()
  }
}

/** Who has opened it, the libraries of Node left out. */
function opener(stack: string = ''): string {
  const frames = stack.split('\n').slice(2)
  return frames.find((frame) => !frame.includes('node:'))?.trimEnd() ?? ''
}
