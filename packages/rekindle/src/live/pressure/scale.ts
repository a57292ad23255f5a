import { type AgentKey, type KeyField, projectKey } from '../../agent-key.ts'
import type { Events } from '../../events.ts'
import type { LiveAgent } from '../live-agent.ts'

/** A pebibyte. What is said to weigh more would outweigh all others by mistake. */
const mostBytes = 2 ** 50

/** Finds out what an agent holds, by the application's own word. */
export class Scale<Config, Agent> {
  readonly #weigh: ((agent: Agent, key: AgentKey) => number) | undefined
  readonly #liveScope: readonly KeyField[]
  readonly #events: Events

  constructor(weigh: ((agent: Agent, key: AgentKey) => number) | undefined, liveScope: readonly KeyField[], events: Events) {
    this.#weigh = weigh
    this.#liveScope = liveScope
    this.#events = events
  }

  /** `undefined`: not known. Never throws. */
  weigh(live: LiveAgent<Config, Agent>): number | undefined {
    if (this.#weigh === undefined) return undefined
    try {
      const bytes: unknown = this.#weigh(live.agent, live)
      if (typeof bytes === 'number' && bytes >= 0 && bytes <= mostBytes) return Math.max(1, Math.round(bytes))
      // Nobody waits for it, and nobody shall hear of its failing but by this event.
      if (bytes instanceof Promise) bytes.catch(() => {})
      // Not the value itself: it may be the agent, with all that it holds.
      const got = typeof bytes === 'number' ? bytes : `a value of type ${typeof bytes}`
      throw new TypeError(`weighAgent must return a number of bytes, from 0 to 2^50; got ${got}.`)
    } catch (error) {
      this.#events.emit('weigh-failed', () => ({ key: projectKey(live, this.#liveScope), error }))
      return undefined
    }
  }
}
