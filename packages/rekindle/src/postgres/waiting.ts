import type { Clock } from '../clock.ts'

export interface WaitLimits {
  readonly clock: Clock
  /** Ends the wait at once: it rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Whether this wait alone is a reason for the process to go on. Default `false`. */
  readonly keepAlive?: boolean
}

/** Resolves after `ms`. */
export function pause(ms: number, limits: WaitLimits): Promise<void> {
  return bounded<void>(ms, limits, ({ resolve }) => resolve)
}

/** Settles as `work` does, or rejects after `ms`: what `work` does from then on is nobody's concern. */
export function within<Value>(work: () => Promise<Value>, ms: number, late: string, limits: WaitLimits): Promise<Value> {
  return bounded<Value>(ms, limits, ({ resolve, reject }) => {
    // In an async function, what `work` throws is a rejection, too.
    void (async () => await work())().then(resolve, reject)
    return () => reject(new Error(late))
  })
}

interface Outcome<Value> {
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

/** `begin` returns what to do when the time is over. Leaves neither timer nor listener behind. */
function bounded<Value>(
  ms: number,
  { clock, signal, keepAlive = false }: WaitLimits,
  begin: (outcome: Outcome<Value>) => () => void,
): Promise<Value> {
  const { promise, resolve, reject } = Promise.withResolvers<Value>()
  if (signal?.aborted === true) {
    reject(signal.reason)
    return promise
  }
  const timer = clock.after(ms, begin({ resolve, reject }))
  if (!keepAlive) timer.unref()
  const abort = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  return promise.finally(() => {
    timer.cancel()
    signal?.removeEventListener('abort', abort)
  })
}
