import { type AgentKey, type KeyField, projectKey } from '../agent-key.ts'
import type { Events } from '../events.ts'
import type { RemovalCause } from '../reasons.ts'
import type { Tracing } from '../tracing.ts'

/** Closes agents. A failure is an event: nobody who could catch it is waiting. */
export class Disposer<Agent> {
  readonly #dispose: (agent: Agent, key: AgentKey) => void | Promise<void>
  readonly #events: Events
  readonly #tracing: Tracing
  readonly #liveScope: readonly KeyField[]
  readonly #running = new Set<Promise<void>>()

  constructor(
    dispose: (agent: Agent, key: AgentKey) => void | Promise<void>,
    { events, tracing }: { readonly events: Events; readonly tracing: Tracing },
    liveScope: readonly KeyField[],
  ) {
    this.#dispose = dispose
    this.#events = events
    this.#tracing = tracing
    this.#liveScope = liveScope
  }

  dispose(agent: Agent, key: AgentKey, cause: RemovalCause): void {
    try {
      const dispose = () => this.#dispose(agent, key)
      const closing = this.#tracing.traceEither('dispose', projectKey(key, this.#liveScope), dispose, () => ({ cause }))
      if (closing === undefined) this.#succeeded(key, cause)
      else this.#track(closing, key, cause)
    } catch (error) {
      this.#failed(key, cause, error)
    }
  }

  #track(closing: Promise<void>, key: AgentKey, cause: RemovalCause): void {
    const run = Promise.resolve(closing)
      .then(
        () => this.#succeeded(key, cause),
        (error: unknown) => this.#failed(key, cause, error),
      )
      .finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  #succeeded(key: AgentKey, cause: RemovalCause): void {
    this.#events.emit('disposed', () => ({ key: projectKey(key, this.#liveScope), cause }))
  }

  #failed(key: AgentKey, cause: RemovalCause, error: unknown): void {
    this.#events.emit('dispose-failed', () => ({ key: projectKey(key, this.#liveScope), cause, error }))
  }

  /** Resolves when what has been started is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
