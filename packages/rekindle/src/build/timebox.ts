import type { Clock } from '../clock.ts'
import { BuildTimeoutError } from '../errors.ts'

/**
 * Runs one phase of a build with an `AbortSignal`, and rejects when its time is over or `closing` fires, whether the work
 * listens to the signal or not. What comes after that goes to `late`, so that nothing made is ever lost sight of.
 */
export function timebox<Value>(
  phase: 'load' | 'create',
  { clock, timeoutMs, closing }: { readonly clock: Clock; readonly timeoutMs: number; readonly closing: AbortSignal },
  work: (signal: AbortSignal) => Promise<Value>,
  late: (value: Value) => void = () => {},
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController()
    const abort = (reason: unknown) => {
      settle()
      controller.abort(reason)
      reject(reason as Error)
    }
    const close = () => abort(closing.reason)
    const timer = clock.after(timeoutMs, () => abort(new BuildTimeoutError(phase, timeoutMs)))
    const settle = () => {
      timer.cancel()
      closing.removeEventListener('abort', close)
    }
    closing.addEventListener('abort', close, { once: true })

    if (closing.aborted) return close()
    work(controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return late(value)
        settle()
        resolve(value)
      },
      (error: unknown) => {
        settle()
        reject(error)
      },
    )
  })
}
