import type { AgentKey } from '../agent-key.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import type { Events } from '../events.ts'
import type { CreateContext } from '../options.ts'
import type { Counters } from '../counts/stats.ts'
import type { Tracing } from '../tracing.ts'
import type { ConfigSource } from './config-source.ts'
import type { Obtained, Wish } from './obtained.ts'
import type { Recipe } from './recipe.ts'
import { type Abortion, type BuildLimits, isPromise, timebox } from './timebox.ts'

/** What a build came to: an agent, or the news that the one there is has the newest config already. */
export type Built<Config, Agent> = Omit<Obtained<Config, Agent>, 'made'> & {
  /** `undefined`: the config has the fingerprint that was asked about. Boxed, since `undefined` may be an agent. */
  readonly made: { readonly agent: Agent } | undefined
  readonly createMs?: number
}

/** From a key to a live agent: `createAgent(await loadConfig(key))`, with the store between the two. */
export class AgentBuilder<Config, Agent> {
  readonly #limits: BuildLimits
  readonly #recipe: Recipe<Config, Agent>
  readonly #source: ConfigSource<Config, Agent>
  readonly #events: Events
  readonly #counters: Counters
  readonly #tracing: Tracing
  readonly #discardAgent: (agent: Agent, key: AgentKey) => void

  constructor(
    limits: BuildLimits,
    recipe: Recipe<Config, Agent>,
    source: ConfigSource<Config, Agent>,
    { events, counters, tracing }: { readonly events: Events; readonly counters: Counters; readonly tracing: Tracing },
    discardAgent: (agent: Agent, key: AgentKey) => void,
  ) {
    this.#limits = limits
    this.#recipe = recipe
    this.#source = source
    this.#events = events
    this.#counters = counters
    this.#tracing = tracing
    this.#discardAgent = discardAgent
  }

  /** `id` encodes `key`; `current` is the fingerprint of an agent that may stay if its config has not changed. */
  build(key: AgentKey, id: string, wish: Wish<Config>, current: string | undefined): Promise<Built<Config, Agent>> {
    return this.#source.obtain(key, id, wish).then((obtained) => this.#make(key, obtained, current))
  }

  /** Not `async`, and `#create` neither: an agent that is made without waiting is there at once. */
  #make(
    key: AgentKey,
    obtained: Obtained<Config, Agent>,
    current: string | undefined,
  ): Built<Config, Agent> | Promise<Built<Config, Agent>> {
    const { made, source, record } = obtained
    if (current !== undefined && record.fingerprint === current) {
      if (made !== undefined) this.#discardAgent(made.agent, key)
      return { ...obtained, made: undefined }
    }
    if (made !== undefined) return { ...obtained, made }
    if (source === 'build') return this.#create(key, obtained)
    try {
      const created = this.#create(key, obtained)
      return isPromise(created) ? created.catch((error: unknown) => this.#rebuild(key, record, error)) : created
    } catch (error) {
      return this.#rebuild(key, record, error)
    }
  }

  /** `createAgent` refused a config from the store. */
  async #rebuild(key: AgentKey, refused: ConfigRecord<Config>, error: unknown): Promise<Built<Config, Agent>> {
    if (this.#limits.closing.aborted) throw error
    const reloaded = await this.#source.reload(key, refused, error)
    return reloaded.made === undefined ? this.#create(key, reloaded) : { ...reloaded, made: reloaded.made }
  }

  #create(key: AgentKey, obtained: Obtained<Config, Agent>): Built<Config, Agent> | Promise<Built<Config, Agent>> {
    const started = performance.now()
    const finish = (agent: Agent) => {
      const createMs = performance.now() - started
      this.#counters.work.create.record(createMs)
      return { ...obtained, made: { agent }, createMs }
    }
    const agent = timebox(
      'create',
      this.#limits,
      (abortion) => this.#createFrom(obtained.record, key, abortion),
      (late) => this.#discardAgent(late, key),
    )
    return isPromise(agent) ? agent.then(finish) : finish(agent)
  }

  #createFrom({ config, fingerprint }: ConfigRecord<Config>, key: AgentKey, abortion: Abortion): Agent | Promise<Agent> {
    const recipe = this.#recipe
    if (recipe.create === undefined) throw new TypeError('an agent that only a full build can make comes with its config')
    const context = new Creation(abortion, (path, message) => this.#events.emit('config-ignored', () => ({ key, path, message })))
    return this.#tracing.traceEither(
      'create',
      key,
      () => recipe.create!(config, key, context),
      () => ({ fingerprint }),
    )
  }
}

/** A class: an object with a getter of its own takes longer to make than most agents. */
class Creation implements CreateContext {
  readonly #abortion: Abortion
  readonly ignored: CreateContext['ignored']

  constructor(abortion: Abortion, ignored: CreateContext['ignored']) {
    this.#abortion = abortion
    this.ignored = ignored
  }

  get signal(): AbortSignal {
    return this.#abortion.signal
  }
}
