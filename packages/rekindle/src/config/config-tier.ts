import { type AgentKey, encodeKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { InvalidConfigError, textOf } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Invalidations } from '../invalidation/invalidations.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { GuardedStore, Patience } from '../resilience/guarded-store.ts'
import type { ConfigRecord } from './config-record.ts'
import type { StoreRead } from './config-store.ts'
import { fingerprintOf, storeIdOf } from './fingerprint.ts'
import { freshFor } from './freshness.ts'
import { InternedConfigs } from './interned-configs.ts'
import { freezeDeep, type ParsedJson } from './json.ts'
import { type FreshnessRules, freshUntilOf, isAhead, aheadDetail, judgeBlob, judgePointer } from './judgement.ts'
import { decodePointer, encodePointer, maxPointerLength, type Pointer } from './pointer.ts'
import { findSecret } from './secret-guard.ts'
import { serialize } from './serialize.ts'
import type { StandardSchema } from './standard-schema.ts'
import type { CacheSettings } from '../settings.ts'
import type { Counters } from '../stats.ts'
import { checkBlob, checkRead } from './store-replies.ts'
import { validate } from './validate.ts'

/** For the parsed configs kept in this process: how many, and about how many bytes. */
const maxInterned = 10_000
const maxInternedSize = 128 * 1_048_576

export interface ConfigTierOptions<Config> extends FreshnessRules {
  readonly configSchema: StandardSchema<Config> | undefined
  readonly configVersion: string
  /** They may change at any time. */
  readonly settings: Pick<CacheSettings, 'configTtlMs'>
  readonly ttlJitter: number
  readonly clock: Clock
  readonly random: () => number
}

/** What the store had for a key. */
export type Lookup<Config> =
  | {
      readonly record: ConfigRecord<Config>
      readonly stale: boolean
      readonly refusal?: undefined
      readonly fallback?: undefined
    }
  | {
      readonly record?: undefined
      readonly stale?: undefined
      readonly refusal: ConfigRefusal
      /** Past its freshness, but good enough if loading fails. */
      readonly fallback: ConfigRecord<Config> | undefined
    }

/** What was loaded, as this process has it, and when the store has it too (or will not have it). */
export interface Admitted<Config> {
  readonly record: ConfigRecord<Config>
  /** Never rejects. */
  readonly stored: Promise<void>
}

/** Tier 2: configs, shared by all workers through the store. */
export class ConfigTier<Config> {
  readonly #options: ConfigTierOptions<Config>
  readonly #store: GuardedStore
  readonly #invalidations: Invalidations
  readonly #events: Events
  readonly #counters: Counters
  readonly #interned = new InternedConfigs<Config>(maxInterned, maxInternedSize)

  constructor(
    options: ConfigTierOptions<Config>,
    store: GuardedStore,
    invalidations: Invalidations,
    events: Events,
    counters: Counters,
  ) {
    this.#options = options
    this.#store = store
    this.#invalidations = invalidations
    this.#events = events
    this.#counters = counters
  }

  /**
   * The config stored for `key` (`encoded` is its encoding), if it may be used: fresh enough, not invalidated by anything that happened before this call,
   * and all that its pointer says it is. Never rejects: whatever goes wrong is a refusal, and a build follows.
   *
   * `found`: what the store has just said, so that it need not be asked.
   */
  lookup(key: Partial<AgentKey>, encoded: string, patience?: Patience, found?: StoreRead): Promise<Lookup<Config>> {
    const { connection } = this.#store
    const seen = this.#invalidations.view.stamp
    const find = () =>
      found === undefined
        ? connection.read(storeIdOf(encoded)).then((read) => this.#judge(key, encoded, checkRead(read), seen))
        : Promise.resolve(this.#judge(key, encoded, found))
    return this.#store.read<Lookup<Config>>('a config', find, refused('store-unavailable'), patience)
  }

  /** Not `async`: with all at hand, as it usually is, the answer is there at once. */
  #judge(
    key: Partial<AgentKey>,
    encoded: string,
    { pointer, clock }: StoreRead,
    seen?: Stamp,
  ): Lookup<Config> | Promise<Lookup<Config>> {
    if (!this.#invalidations.view.isBehind(clock, seen)) return this.#judgePointer(key, encoded, pointer)
    return this.#invalidations.catchUpWith(clock, seen).then(() => this.#judgePointer(key, encoded, pointer))
  }

  #judgePointer(key: Partial<AgentKey>, encoded: string, text: string | undefined): Lookup<Config> | Promise<Lookup<Config>> {
    if (text === undefined) return refused('absent')
    const pointer = decodePointer(text, encoded, this.#options.configVersion)
    if (typeof pointer === 'string') return this.#refuse(key, pointer)
    const { view } = this.#invalidations
    return isAhead(pointer.asOf, view.stamp) ? this.#judgeAhead(key, pointer) : this.#judgeValidity(key, pointer)
  }

  /**
   * The pointer may have been read after the clock, and an invalidation have come between the two. But what is ahead of a clock
   * that is read now is {@link isAhead}.
   */
  async #judgeAhead(key: Partial<AgentKey>, pointer: Pointer): Promise<Lookup<Config>> {
    const { view } = this.#invalidations
    await this.#invalidations.catchUpAfresh()
    if (!isAhead(pointer.asOf, view.stamp)) return this.#judgeValidity(key, pointer)
    return this.#refuse(key, 'corrupt', aheadDetail(pointer, view))
  }

  #judgeValidity(key: Partial<AgentKey>, pointer: Pointer): Lookup<Config> | Promise<Lookup<Config>> {
    const { view } = this.#invalidations
    const { fingerprint, tags } = pointer
    const now = this.#options.clock.now()
    const judged = judgePointer(pointer, key, view, now, this.#options)
    if (judged === 'invalidated' || judged === 'expired') return refused(judged)
    const freshUntil = freshUntilOf(pointer, now, this.#options)

    // Valid as of now: later invalidations count from here.
    const asOf = view.stamp
    const found = (config: Config): Lookup<Config> => {
      const record = { config, key, fingerprint, asOf, tags, freshUntil }
      return judged === 'stale-if-error' ? refused('expired', record) : { record, stale: judged !== 'fresh' }
    }
    const interned = this.#interned.get(fingerprint)
    return interned === undefined ? this.#fetch(key, fingerprint, found) : found(interned)
  }

  async #fetch(key: Partial<AgentKey>, fingerprint: string, found: (config: Config) => Lookup<Config>): Promise<Lookup<Config>> {
    const text = checkBlob(await this.#store.connection.readBlob(fingerprint))
    const judged = await judgeBlob(text, fingerprint, this.#options.configSchema)
    if (judged.refusal === 'absent') return refused('absent')
    if (judged.refusal !== undefined) return this.#refuse(key, judged.refusal, judged.detail)
    return found(this.#intern(fingerprint, judged.config, judged.parsed))
  }

  /** For what should not have been in the store. */
  #refuse(key: Partial<AgentKey>, reason: ConfigRefusal, detail?: string): Lookup<Config> {
    this.#events.emit('config-refused', () => ({ key, reason, ...(detail !== undefined && { detail }) }))
    return refused(reason)
  }

  /** About how many bytes a config takes that this process has had before; asking is no use of it. */
  sizeOf(fingerprint: string): number | undefined {
    return this.#interned.sizeOf(fingerprint)
  }

  #intern(fingerprint: string, config: Config, { value, size }: ParsedJson): Config {
    if (config !== value) freezeDeep(config)
    this.#interned.set(fingerprint, config, size)
    return config
  }

  /**
   * Takes in what was loaded: as it comes back from JSON, validated and frozen. What JSON would lose, or what is too large, is
   * reported and served as it is. Rejects with {@link InvalidConfigError} if the schema refuses it.
   */
  async admit(
    key: Partial<AgentKey>,
    loaded: Config,
    { asOf, tags, store }: { readonly asOf: Stamp; readonly tags: readonly string[]; readonly store: boolean },
  ): Promise<Admitted<Config>> {
    const { settings, ttlJitter, random, clock } = this.#options
    const freshUntil = clock.now() + freshFor(settings.configTtlMs, ttlJitter, random)
    const stored = Promise.resolve()
    const { text, parsed, issue } = serialize(loaded)
    if (issue !== undefined) {
      this.#events.emit('config-not-stored', () => ({ key, ...issue }))
      return { record: { config: await this.#validated(loaded), key, fingerprint: undefined, asOf, tags, freshUntil }, stored }
    }
    const fingerprint = fingerprintOf(text)
    const config = this.#interned.get(fingerprint) ?? this.#intern(fingerprint, await this.#validated(parsed.value), parsed)
    const record = { config, key, fingerprint, asOf, tags, freshUntil }
    return { record, stored: store ? this.#write(record, text, parsed.value) : stored }
  }

  async #validated(value: unknown): Promise<Config> {
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) throw new InvalidConfigError(validated.issues)
    return validated.config
  }

  /** `value`: what `blob` says. The record's config has been through the schema, which may have left some of it out. */
  async #write(record: ConfigRecord<Config> & { readonly fingerprint: string }, blob: string, value: unknown): Promise<void> {
    const { key, fingerprint } = record
    const secret = findSecret(value, process.env)
    if (secret !== undefined) {
      const message = `it holds what looks like ${secret.what}; put a reference there, { "$secret": "NAME" }, to be resolved in createAgent`
      this.#events.emit('config-not-stored', () => ({ key, path: secret.path, message }))
      return
    }
    // Invalidated while it was loading: it would be refused by whoever read it.
    if (!this.#invalidations.view.isValid(record)) return
    const { settings, configVersion, staleWhileRevalidateMs, staleIfErrorMs } = this.#options
    const encoded = encodeKey(key)
    const pointer = encodePointer({ ...record, key: encoded, configVersion })
    if (pointer.length > maxPointerLength) {
      const message = `key and ${record.tags.length} tags make a pointer of ${pointer.length} characters, more than ${maxPointerLength}`
      this.#events.emit('config-not-stored', () => ({ key, path: '$', message }))
      return
    }
    const ttlMs = Math.ceil(settings.configTtlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs))
    if (ttlMs === 0) return
    await this.#store.writeBehind('a config', async (connection) => {
      await connection.write({ id: storeIdOf(encoded), pointer, fingerprint, blob, ttlMs })
      this.#counters.write(blob.length, pointer.length)
    })
  }

  /** Drops a stored config that `createAgent` refused. */
  discard({ key, fingerprint }: ConfigRecord<Config>, error: unknown): void {
    if (fingerprint !== undefined) this.#interned.delete(fingerprint)
    this.#events.emit('config-refused', () => ({ key, reason: 'rejected', detail: textOf(error) }))
    void this.#store.writeBehind('a removal', (connection) => connection.remove(storeIdOf(encodeKey(key))))
  }
}

function refused<Config>(refusal: ConfigRefusal, fallback?: ConfigRecord<Config>): Lookup<Config> {
  return { refusal, fallback }
}
