import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, context } from '@opentelemetry/api'

/**
 * Bound to a channel, it makes a context OpenTelemetry's active one while the work that is published runs, and in all that comes of
 * it: the application's context manager carries it, as it does every other. Nothing is kept here.
 *
 * Node calls `run`, and from 25.9 on `withScope` instead.
 */
export class ContextStore extends AsyncLocalStorage<Context> {
  override run<Result, Arguments extends unknown[]>(
    store: Context,
    work: (...given: Arguments) => Result,
    ...given: Arguments
  ): Result {
    return context.with(store, () => work(...given))
  }

  /** Where OpenTelemetry's API is older than 1.10, or its context manager has no such thing, the active context stays as it is. */
  withScope(store: Context): Disposable {
    const token = typeof context.attach === 'function' ? context.attach(store) : undefined
    return { [Symbol.dispose]: () => token?.dispose() }
  }
}
