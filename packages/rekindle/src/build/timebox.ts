import type { Clock } from '../clock.ts'
import { BuildTimeoutError } from '../errors.ts'

/** What a phase of a build may take. */
export interface BuildLimits {
  readonly clock: Clock
  readonly timeoutMs: number
  /** Aborted when the cache gives up on builds in progress. */
  readonly closing: AbortSignal
}

/**
 * Runs one phase of a build, and rejects when its time is over or `closing` fires, whether the work listens to its signal
 * or not. What comes after that goes to `late`, so that nothing made is ever lost sight of. Work that is done when it
 * returns costs no timer.
 */
export function timebox<Value>(
  phase: 'load' | 'create',
  { clock, timeoutMs, closing }: BuildLimits,
  work: (abortion: Abortion) => Value | Promise<Value>,
  late: (value: Value) => void,
): Value | Promise<Value> {
  closing.throwIfAborted()
  const abortion = new Abortion()
  const result = work(abortion)
  if (!isPromise(result)) return result

  return new Promise((resolve, reject) => {
    const abort = (reason: unknown) => {
      settle()
      abortion.abort(reason)
      reject(reason as Error)
    }
    const timer = clock.after(timeoutMs, () => abort(new BuildTimeoutError(phase, timeoutMs)))
    const closes = callsOn(closing)
    const close = () => abort(closing.reason)
    const settle = () => {
      timer.cancel()
      closes.delete(close)
    }
    closes.add(close)
    result.then(
      (value) => {
        if (abortion.aborted) return late(value)
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error as Error)
      },
    )
  })
}

const calls = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * What is called when `signal` fires, to be added to and deleted from. A signal compares each listener that is added with all it
 * has, so with thousands of builds in progress each would take longer to begin than the one before.
 */
function callsOn(signal: AbortSignal): Set<() => void> {
  const known = calls.get(signal)
  if (known !== undefined) return known
  const made = new Set<() => void>()
  calls.set(signal, made)
  signal.addEventListener('abort', () => made.forEach((call) => call()), { once: true })
  return made
}

/** An `AbortSignal` that is made only if the work asks for it: most does not. */
export class Abortion {
  #controller: AbortController | undefined = undefined
  #reason: unknown = undefined
  #aborted = false

  get aborted(): boolean {
    return this.#aborted
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#aborted) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#aborted = true
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}

export function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as Partial<Promise<Value>> | undefined | null)?.then === 'function'
}
