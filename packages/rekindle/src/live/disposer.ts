import { type AgentKey, type KeyField, projectKey } from '../agent-key.ts'
import type { Events } from '../events.ts'
import type { RemovalCause } from '../reasons.ts'

/** Closes agents. A failure is an event: nobody who could catch it is waiting. */
export class Disposer<Agent> {
  readonly #dispose: (agent: Agent, key: AgentKey) => void | Promise<void>
  readonly #events: Events
  readonly #liveScope: readonly KeyField[]
  readonly #running = new Set<Promise<void>>()

  constructor(dispose: (agent: Agent, key: AgentKey) => void | Promise<void>, events: Events, liveScope: readonly KeyField[]) {
    this.#dispose = dispose
    this.#events = events
    this.#liveScope = liveScope
  }

  dispose(agent: Agent, key: AgentKey, cause: RemovalCause): void {
    const run = this.#run(agent, key, cause).finally(() => this.#running.delete(run))
    this.#running.add(run)
  }

  async #run(agent: Agent, key: AgentKey, cause: RemovalCause): Promise<void> {
    const named = projectKey(key, this.#liveScope)
    try {
      await this.#dispose(agent, key)
      this.#events.emit('disposed', { key: named, cause })
    } catch (error) {
      this.#events.emit('dispose-failed', { key: named, cause, error })
    }
  }

  /** Resolves when what has been started is done. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
  }
}
