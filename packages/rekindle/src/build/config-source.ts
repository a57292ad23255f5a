import { type AgentKey, encodeKey, type KeyField, projectKey } from '../agent-key.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import type { StoreRead } from '../config/config-store.ts'
import type { Admitted, ConfigTier } from '../config/config-tier.ts'
import { storeIdOf } from '../config/fingerprint.ts'
import type { Lookup } from '../config/shared-configs.ts'
import { AgentNotFoundError, textOf } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { CacheSettings } from '../settings.ts'
import type { Counters } from '../counts/stats.ts'
import type { Tracing } from '../tracing.ts'
import type { Patience } from '../resilience/guarded-store.ts'
import type { Bulkhead } from './bulkhead.ts'
import type { HeldClaim } from './claims.ts'
import type { LoadInTurn, MissingEntry } from './load-in-turn.ts'
import { LoadTags } from './load-tags.ts'
import { NotFound } from './not-found.ts'
import type { Obtained, Wish } from './obtained.ts'
import type { Loaded, Recipe } from './recipe.ts'
import { SingleFlight } from './single-flight.ts'
import { type Abortion, type BuildLimits, timebox } from './timebox.ts'

/** While loading fails, how long a stale config serves before loading is tried again. */
const staleRetryMs = 5_000

export interface ConfigSourceOptions extends BuildLimits {
  readonly configVersion: string
  readonly configScope: readonly KeyField[]
  readonly liveScope: readonly KeyField[]
  /** They may change at any time. */
  readonly settings: Pick<CacheSettings, 'configTtlMs'>
  readonly staleIfErrorMs: number
  readonly notFoundTtlMs: number
  readonly storeTimeoutMs: number
}

interface Refusal {
  readonly refusal?: ConfigRefusal
  readonly storeMs?: number
}

interface Missed<Config> {
  readonly obtained?: undefined
  readonly refused: Refusal
  /** Past its freshness, but good enough if loading fails. */
  readonly fallback: ConfigRecord<Config> | undefined
}

type Found<Config> = { readonly obtained: Obtained<Config, never>; readonly refused?: undefined } | Missed<Config>

export interface ConfigSourceParts<Config, Agent> {
  readonly recipe: Recipe<Config, Agent>
  readonly tier: ConfigTier<Config>
  readonly view: InvalidationView
  readonly events: Events
  readonly counters: Counters
  readonly tracing: Tracing
  readonly bulkhead: Bulkhead
  /** Absent where there are no other workers. */
  readonly loadInTurn: LoadInTurn | undefined
  /** For an agent that came when nobody waited for it any more. */
  readonly discardAgent: (agent: Agent, key: AgentKey) => void
}

/** Tiers 2 and 3: a config from the store, or else from its source of truth. One look-up per key at a time. */
export class ConfigSource<Config, Agent> {
  readonly #options: ConfigSourceOptions
  readonly #parts: ConfigSourceParts<Config, Agent>
  readonly #notFound: NotFound
  readonly #flights: SingleFlight<Obtained<Config, Agent>, Partial<AgentKey>, Stamp>

  constructor(options: ConfigSourceOptions, parts: ConfigSourceParts<Config, Agent>) {
    const { view } = parts
    this.#options = options
    this.#parts = parts
    this.#notFound = new NotFound(options.notFoundTtlMs, view, options.clock)
    this.#flights = new SingleFlight(
      () => view.stamp,
      ({ record }) => view.isValid(record),
    )
  }

  /** Nobody who asks from now on is given what is being looked up for these. */
  detach(applies: (key: Partial<AgentKey>) => boolean): void {
    this.#flights.detach(applies)
  }

  /**
   * The config for `key`; `id` is its encoding within the live scope. Rejects with what `loadConfig` threw, when neither store
   * nor source nor a stale config could help.
   */
  obtain(key: AgentKey, id: string, wish: Wish<Config>): Promise<Obtained<Config, Agent>> {
    const scoped = this.#scoped(key)
    const { configScope, liveScope } = this.#options
    // One is part of the other: of the same length, they are the same, and live agents are looked up one at a time already.
    const isShared = configScope.length !== liveScope.length
    const encoded = isShared ? encodeKey(scoped) : id
    const find = () => this.#find(key, scoped, encoded, wish)
    // An agent that comes with its config can have one owner only.
    const isAlone = this.#parts.recipe.opaque || !isShared
    const found = isAlone ? find() : this.#flights.run(wish.fresh ? `fresh ${encoded}` : encoded, scoped, find)
    const { known } = wish
    // Not within the flight: another asker's may have known no config.
    return known === undefined ? found : found.catch((error: unknown) => this.#serveStale(scoped, {}, known, error))
  }

  /** A full build although the store had a config: the application could not make an agent of it. */
  reload(key: AgentKey, rejected: ConfigRecord<Config>, error: unknown): Promise<Obtained<Config, Agent>> {
    const scoped = this.#scoped(key)
    const load = () => {
      this.#parts.tier.discard(rejected, error)
      return this.#load(key, scoped, { refusal: 'rejected' })
    }
    return this.#parts.recipe.opaque ? load() : this.#flights.run(`again ${encodeKey(scoped)}`, scoped, load)
  }

  #scoped(key: AgentKey): Partial<AgentKey> {
    return projectKey(key, this.#options.configScope)
  }

  #find(key: AgentKey, scoped: Partial<AgentKey>, encoded: string, wish: Wish<Config>): Promise<Obtained<Config, Agent>> {
    // Nothing could be made of a config from the store.
    if (this.#parts.recipe.create === undefined) return this.#load(key, scoped, {})
    const { clock, storeTimeoutMs } = this.#options
    const asked = clock.now()
    return this.#look(scoped, encoded, wish).then((found) => {
      if (found.obtained !== undefined) return found.obtained
      const patience = { leftMs: storeTimeoutMs - (clock.now() - asked) }
      return this.#loadOrServeStale(key, scoped, encoded, wish, found, patience)
    })
  }

  /** Asks the store, unless it has just said what it has. */
  #look(
    scoped: Partial<AgentKey>,
    encoded: string,
    wish: Wish<Config>,
    patience?: Patience,
    entry?: StoreRead,
  ): Promise<Found<Config>> {
    const started = performance.now()
    const look = () => this.#parts.tier.lookup(scoped, encoded, patience, entry)
    return this.#parts.tracing.trace('config-read', scoped, look, described).then(({ record, refusal, fallback, stale }) => {
      const storeMs = performance.now() - started
      const expired = stale === true && wish.fresh
      this.#parts.counters.read(expired ? 'expired' : refusal)
      if (record === undefined) return { refused: { refusal, storeMs }, fallback }
      if (expired) return { refused: { refusal: 'expired', storeMs }, fallback: record }
      return { obtained: { record, source: 'config', since: started, serveUntil: record.freshUntil, storeMs } }
    })
  }

  async #loadOrServeStale(
    key: AgentKey,
    scoped: Partial<AgentKey>,
    encoded: string,
    wish: Wish<Config>,
    { refused, fallback }: Missed<Config>,
    patience: Patience,
  ): Promise<Obtained<Config, Agent>> {
    // Only when the store has just said what was invalidated: somebody may have made the agent since.
    const absence = refused.refusal === 'store-unavailable' ? undefined : this.#notFound.recall(encoded)
    if (absence !== undefined) throw absence
    try {
      // A store that does not answer cannot say who else is at it.
      const loadInTurn = refused.refusal === 'store-unavailable' ? undefined : this.#parts.loadInTurn
      if (loadInTurn === undefined) return await this.#load(key, scoped, refused)
      const entry: MissingEntry<Obtained<Config, Agent>> = {
        id: storeIdOf(encoded, this.#options.configVersion),
        refusal: refused.refusal,
        asOf: () => this.#parts.view.stamp,
        isSuperseded: (asOf) =>
          asOf.history === this.#parts.view.stamp.history && !this.#parts.view.isValid({ key: scoped, tags: [], asOf }),
        look: async (entry) => {
          const { obtained, refused: still } = await this.#look(scoped, encoded, wish, patience, entry)
          return { obtained, refusal: still?.refusal }
        },
        load: (held) => this.#load(key, scoped, refused, held),
        patience,
      }
      return await loadInTurn(entry, this.#options)
    } catch (error) {
      return this.#serveStale(scoped, refused, fallback, error)
    }
  }

  /** Throws `error` if `stale` may not stand in for what could not be loaded. */
  #serveStale(
    scoped: Partial<AgentKey>,
    refusal: Refusal,
    stale: ConfigRecord<Config> | undefined,
    error: unknown,
  ): Obtained<Config, Agent> {
    if (stale === undefined || AgentNotFoundError.isInstance(error)) throw error
    // Nothing can be made of what an opaque agent could not tell, or of any config without `rebuildAgent`.
    if (this.#parts.recipe.create === undefined || (this.#parts.recipe.opaque && stale.fingerprint === undefined)) throw error
    const now = this.#options.clock.now()
    const staleUntil = stale.freshUntil + this.#options.staleIfErrorMs
    if (now >= staleUntil || !this.#parts.view.isValid(stale)) throw error
    this.#parts.events.emit('stale-served', () => ({ key: scoped, error }))
    const serveUntil = Math.min(now + staleRetryMs, staleUntil)
    return { ...refusal, record: stale, source: 'config', since: performance.now(), serveUntil }
  }

  async #load(key: AgentKey, scoped: Partial<AgentKey>, refusal: Refusal, held?: HeldClaim): Promise<Obtained<Config, Agent>> {
    const asOf = this.#parts.view.stamp
    const tags = new LoadTags()
    const started = performance.now()
    const { record, stored, made } = await timebox(
      'load',
      this.#options,
      async (abortion) => {
        const loaded = await this.#callLoad(key, tags, abortion, held).catch((error: unknown) => {
          if (AgentNotFoundError.isInstance(error))
            this.#notFound.remember(encodeKey(scoped), error, { key: scoped, tags: tags.names, asOf: tags.asOf(asOf) })
          throw error
        })
        const { made } = loaded
        if (abortion.aborted) {
          // Nobody waits any more, and after closing nothing may be written.
          if (made !== undefined) this.#parts.discardAgent(made.agent, key)
          throw abortion.signal.reason
        }
        return { ...(await this.#admit(scoped, loaded, asOf, tags)), made }
      },
      (late) => late.made !== undefined && this.#parts.discardAgent(late.made.agent, key),
    )
    const loadMs = performance.now() - started
    this.#parts.counters.work.load.record(loadMs)
    return {
      ...refusal,
      record,
      stored,
      source: 'build',
      since: started,
      serveUntil: record.freshUntil,
      ...(made && { made }),
      loadMs,
    }
  }

  async #callLoad(
    key: AgentKey,
    tags: LoadTags,
    { signal }: Abortion,
    held: HeldClaim | undefined,
  ): Promise<Loaded<Config, Agent>> {
    const leave = await this.#parts.bulkhead.enter(signal)
    held?.begin()
    try {
      const load = () => this.#parts.recipe.load(key, { signal, tag: (name) => tags.add(name) })
      return await this.#parts.tracing.trace('load', this.#scoped(key), load, () => ({}))
    } finally {
      leave()
    }
  }

  async #admit(
    key: Partial<AgentKey>,
    loaded: Loaded<Config, Agent>,
    began: Stamp,
    loadTags: LoadTags,
  ): Promise<Admitted<Config>> {
    const { names: tags, excess } = loadTags
    const asOf = loadTags.asOf(began)
    if (excess !== undefined) {
      const message = `${excess}: as an invalidation might pass it by, nothing is kept for the next request; name fewer and shorter ones`
      this.#parts.events.emit('config-not-stored', () => ({ key, path: '$', message }))
    }
    if (loaded.made === undefined) return this.#parts.tier.admit(key, loaded.config, { asOf, tags, store: true })
    try {
      return await this.#parts.tier.admit(key, loaded.config(), { asOf, tags, store: this.#parts.recipe.create !== undefined })
    } catch (error) {
      // The agent is there, and good. Only what it was made from cannot be told.
      this.#parts.events.emit('config-not-stored', () => ({ key, path: '$', message: textOf(error) }))
      const freshUntil = this.#options.clock.now() + this.#options.settings.configTtlMs
      const record = { config: undefined as Config, key, fingerprint: undefined, asOf, tags, freshUntil }
      return { record, stored: Promise.resolve() }
    }
  }
}

function described<Config>({ refusal, stale, record }: Lookup<Config>) {
  return { refusal, stale: stale === true, fingerprint: record?.fingerprint }
}
