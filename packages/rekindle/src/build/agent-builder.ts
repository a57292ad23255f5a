import type { AgentKey } from '../agent-key.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import type { ConfigSource, Obtained, Wish } from './config-source.ts'
import type { Recipe } from './recipe.ts'
import { type Abortion, type BuildLimits, timebox } from './timebox.ts'

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
  readonly #discardAgent: (agent: Agent, key: AgentKey) => void

  constructor(
    limits: BuildLimits,
    recipe: Recipe<Config, Agent>,
    source: ConfigSource<Config, Agent>,
    discardAgent: (agent: Agent, key: AgentKey) => void,
  ) {
    this.#limits = limits
    this.#recipe = recipe
    this.#source = source
    this.#discardAgent = discardAgent
  }

  /** `current`: the fingerprint of an agent that may stay if its config has not changed. */
  async build(key: AgentKey, wish: Wish<Config>, current: string | undefined): Promise<Built<Config, Agent>> {
    const obtained = await this.#source.obtain(key, wish)
    if (current !== undefined && obtained.record.fingerprint === current) {
      if (obtained.made !== undefined) this.#discardAgent(obtained.made.agent, key)
      return { ...obtained, made: undefined }
    }
    if (obtained.made !== undefined) return { ...obtained, made: obtained.made }
    if (obtained.source === 'build') return this.#create(key, obtained)
    try {
      return await this.#create(key, obtained)
    } catch (error) {
      if (this.#limits.closing.aborted) throw error
      const reloaded = await this.#source.reload(key, obtained.record, error)
      return reloaded.made === undefined ? this.#create(key, reloaded) : { ...reloaded, made: reloaded.made }
    }
  }

  async #create(key: AgentKey, obtained: Obtained<Config, Agent>): Promise<Built<Config, Agent>> {
    const started = performance.now()
    const agent = await timebox(
      'create',
      this.#limits,
      (abortion) => this.#createFrom(obtained.record, key, abortion),
      (late) => this.#discardAgent(late, key),
    )
    return { ...obtained, made: { agent }, createMs: performance.now() - started }
  }

  #createFrom({ config }: ConfigRecord<Config>, key: AgentKey, abortion: Abortion): Agent | Promise<Agent> {
    if (this.#recipe.create === undefined) throw new TypeError('an agent that only a full build can make comes with its config')
    return this.#recipe.create(config, key, abortion)
  }
}
