import type { Clock } from '../clock.ts'

/** `work`, or a rejection with `timeoutError()` once `ms` have passed. What `work` does afterwards is nobody's concern here. */
export function withDeadline<Value>(work: Promise<Value>, ms: number, clock: Clock, timeoutError: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(timeoutError()))
    work.then(
      (value) => {
        timer.cancel()
        resolve(value)
      },
      (error: unknown) => {
        timer.cancel()
        reject(error)
      },
    )
  })
}
