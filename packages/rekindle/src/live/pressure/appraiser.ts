import { type AgentKey, type KeyField, projectKey } from '../../agent-key.ts'
import type { Loaded, Recipe } from '../../build/recipe.ts'
import { isPromise } from '../../build/timebox.ts'
import type { Events } from '../../events.ts'
import type { CreateContext } from '../../options.ts'
import type { LiveAgent } from '../live-agent.ts'

/** A pebibyte. What is said to weigh more would outweigh all others by mistake. */
const mostBytes = 2 ** 50

export interface AppraiserOptions<Agent> {
  /** Configs are kept in a store: making an agent anew begins with one, not with loading. */
  readonly stored: boolean
  readonly liveScope: readonly KeyField[]
  readonly weigh: ((agent: Agent, key: AgentKey) => number) | undefined
}

/** What it took to make an agent. */
interface Making {
  readonly createMs: number
  readonly loadMs: number
}

/**
 * Finds out what each agent costs to keep (its weight), and what it would cost to make anew (the time that making it took). Times
 * are those of the application's own functions, without the wait for a turn.
 */
export class Appraiser<Config, Agent> {
  readonly #options: AppraiserOptions<Agent>
  readonly #events: Events
  /** By agent, until it is appraised. One that is not an object was hardly worth caching. */
  readonly #makings = new WeakMap<object, Making>()
  /** By the key object of the build that loads; then by config, for the agents that share it. */
  readonly #loadMs = new WeakMap<object, number>()

  constructor(options: AppraiserOptions<Agent>, events: Events) {
    this.#options = options
    this.#events = events
  }

  /** `recipe`, timed. */
  timed(recipe: Recipe<Config, Agent>): Recipe<Config, Agent> {
    return {
      opaque: recipe.opaque,
      dispose: (agent, key) => recipe.dispose(agent, key),
      load: async (key, context) => {
        const started = performance.now()
        const loaded = await recipe.load(key, context)
        this.#loaded(key, loaded, performance.now() - started)
        return loaded
      },
      ...(recipe.create && {
        create: (config: Config, key: AgentKey, context: CreateContext) => {
          const started = performance.now()
          const created = (agent: Agent) => {
            this.#note(agent, { createMs: performance.now() - started, loadMs: this.#loadingOf(config, key) })
            return agent
          }
          const agent = recipe.create!(config, key, context)
          return isPromise(agent) ? agent.then(created) : created(agent)
        },
      }),
    }
  }

  #loaded(key: AgentKey, { made }: Loaded<Config, Agent>, ms: number): void {
    if (made === undefined) this.#loadMs.set(key, ms)
    else this.#note(made.agent, { createMs: ms, loadMs: 0 })
  }

  #loadingOf(config: Config, key: AgentKey): number {
    const own = this.#loadMs.get(key)
    if (this.#options.stored || !isObject(config)) return own ?? 0
    if (own !== undefined) this.#loadMs.set(config, own)
    return own ?? this.#loadMs.get(config) ?? 0
  }

  #note(agent: Agent, making: Making): void {
    if (isObject(agent)) this.#makings.set(agent, making)
  }

  /** Writes down what is known of an agent that is about to be kept. Never throws. */
  appraise(live: LiveAgent<Config, Agent>): void {
    if (isObject(live.agent)) {
      const { createMs, loadMs } = this.#makings.get(live.agent) ?? { createMs: 0, loadMs: 0 }
      this.#makings.delete(live.agent)
      const inStore = this.#options.stored && live.record.fingerprint !== undefined
      live.rebuildMs = Math.ceil(inStore ? createMs : loadMs + createMs)
    }
    const { weigh } = this.#options
    if (weigh !== undefined) live.bytes = this.#weigh(live, weigh)
  }

  #weigh(live: LiveAgent<Config, Agent>, weigh: (agent: Agent, key: AgentKey) => number): number | undefined {
    try {
      const bytes: unknown = weigh(live.agent, live)
      if (typeof bytes === 'number' && bytes >= 0 && bytes <= mostBytes) return Math.max(1, Math.round(bytes))
      // Nobody waits for it, and nobody shall hear of its failing but by this event.
      if (bytes instanceof Promise) bytes.catch(() => {})
      // Not the value itself: it may be the agent, with all that it holds.
      const got = typeof bytes === 'number' ? bytes : `a value of type ${typeof bytes}`
      throw new TypeError(`weighAgent must return a number of bytes, from 0 to 2^50; got ${got}.`)
    } catch (error) {
      this.#events.emit('weigh-failed', () => ({ key: projectKey(live, this.#options.liveScope), error }))
      return undefined
    }
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
