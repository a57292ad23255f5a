import { type AgentKey, encodeKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { type ConfigIssue, InvalidConfigError } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Invalidations } from '../invalidation/invalidations.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import type { ConfigRecord } from './config-record.ts'
import { fingerprintOf, storeIdOf } from './fingerprint.ts'
import { freshFor, freshnessAt, type StaleWindows } from './freshness.ts'
import { InternedConfigs } from './interned-configs.ts'
import { freezeDeep, parseFrozen, serialize } from './json.ts'
import { decodePointer, encodePointer, type Pointer } from './pointer.ts'
import type { StandardSchema } from './standard-schema.ts'
import { validate } from './validate.ts'

/** A config whose JSON text is longer is served but not stored, and not read back. */
const maxConfigLength = 1_048_576

/** For the parsed configs kept in this process: how many, and how much JSON text they may stand for. */
const maxInterned = 10_000
const maxInternedLength = 64 * 1_048_576

export interface ConfigTierOptions<Config> extends StaleWindows {
  readonly configSchema: StandardSchema<Config> | undefined
  readonly configVersion: string
  readonly configTtlMs: number
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

/** Tier 2: configs, shared by all workers through the store. */
export class ConfigTier<Config> {
  readonly #options: ConfigTierOptions<Config>
  readonly #store: GuardedStore
  readonly #invalidations: Invalidations
  readonly #events: Events
  readonly #interned = new InternedConfigs<Config>(maxInterned, maxInternedLength)

  constructor(options: ConfigTierOptions<Config>, store: GuardedStore, invalidations: Invalidations, events: Events) {
    this.#options = options
    this.#store = store
    this.#invalidations = invalidations
    this.#events = events
  }

  /**
   * The config stored for `key` (`encoded` is its encoding), if it may be used: fresh enough, not invalidated by anything that happened before this call,
   * and all that its pointer says it is. Never rejects: whatever goes wrong is a refusal, and a build follows.
   */
  async lookup(key: Partial<AgentKey>, encoded: string): Promise<Lookup<Config>> {
    const answer = await this.#store.read('a config', () => this.#read(key, encoded))
    const lookup = answer ?? refused('store-unavailable')
    if (lookup.record === undefined && !quiet.has(lookup.refusal)) {
      this.#events.emit('config-refused', () => ({
        key,
        reason: lookup.refusal,
        ...(lookup.detail && { detail: lookup.detail }),
      }))
    }
    return lookup
  }

  async #read(key: Partial<AgentKey>, encoded: string): Promise<Lookup<Config> & Detailed> {
    const { connection } = this.#store
    const { pointer: text, clock } = await connection.read(storeIdOf(encoded))
    const { view } = this.#invalidations
    if (view.isBehind(clock)) await this.#invalidations.catchUpWith(clock)
    if (text === undefined) return refused('absent')

    const pointer = decodePointer(text, encoded, this.#options.configVersion)
    if (typeof pointer === 'string') return refused(pointer)
    if (!view.isValid({ key, tags: pointer.tags, asOf: pointer.asOf })) return refused('invalidated')
    const freshness = freshnessAt(this.#options.clock.now(), pointer.freshUntil, this.#options)
    if (freshness === 'expired') return refused('expired')

    // Valid as of now: later invalidations count from here.
    const asOf = view.stamp
    const content = await this.#content(pointer)
    if ('refusal' in content) return content
    const record = { ...content, key, fingerprint: pointer.fingerprint, asOf, tags: pointer.tags, freshUntil: pointer.freshUntil }
    return freshness === 'stale-if-error' ? refused('expired', undefined, record) : { record, stale: freshness !== 'fresh' }
  }

  async #content({ fingerprint }: Pointer): Promise<{ readonly config: Config } | (Refused<Config> & Detailed)> {
    const interned = this.#interned.get(fingerprint)
    if (interned !== undefined) return { config: interned }
    const text = await this.#store.connection.readBlob(fingerprint)
    if (text === undefined) return refused('absent')
    if (text.length > maxConfigLength || fingerprintOf(text) !== fingerprint) return refused('corrupt')
    const value = parseFrozen(text)
    if (value === undefined) return refused('corrupt')
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) return refused('schema-mismatch', describe(validated.issues))
    return { config: this.#intern(fingerprint, validated.config, text.length) }
  }

  #intern(fingerprint: string, config: Config, size: number): Config {
    freezeDeep(config)
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
  ): Promise<ConfigRecord<Config>> {
    const { configTtlMs, ttlJitter, random, clock } = this.#options
    const freshUntil = clock.now() + freshFor(configTtlMs, ttlJitter, random)
    const { text, loss } = serialize(loaded)
    if (loss !== undefined) {
      this.#events.emit('config-not-stored', () => ({ key, path: loss.path, message: `JSON would lose ${loss.found}` }))
      return { config: await this.#validated(loaded), key, fingerprint: undefined, asOf, tags, freshUntil }
    }
    const fingerprint = fingerprintOf(text)
    const config =
      this.#interned.get(fingerprint) ?? this.#intern(fingerprint, await this.#validated(parseFrozen(text)), text.length)
    const record = { config, key, fingerprint, asOf, tags, freshUntil }
    if (store) this.#write(record, text)
    return record
  }

  async #validated(value: unknown): Promise<Config> {
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) throw new InvalidConfigError(validated.issues)
    return validated.config
  }

  #write(record: ConfigRecord<Config> & { readonly fingerprint: string }, blob: string): void {
    const { key, fingerprint } = record
    if (blob.length > maxConfigLength) {
      const message = `its JSON has ${blob.length} characters, more than ${maxConfigLength}`
      this.#events.emit('config-not-stored', () => ({ key, path: '$', message }))
      return
    }
    // Invalidated while it was loading: it would be refused by whoever read it.
    if (!this.#invalidations.view.isValid(record)) return
    const { configTtlMs, configVersion, staleWhileRevalidateMs, staleIfErrorMs } = this.#options
    const encoded = encodeKey(key)
    const pointer = encodePointer({ ...record, key: encoded, configVersion })
    const ttlMs = Math.ceil(configTtlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs))
    this.#store.writeBehind('a config', (connection) =>
      connection.write({ id: storeIdOf(encoded), pointer, fingerprint, blob, ttlMs }),
    )
  }

  /** Drops a stored config that `createAgent` refused. */
  discard({ key, fingerprint }: ConfigRecord<Config>, error: unknown): void {
    if (fingerprint !== undefined) this.#interned.delete(fingerprint)
    this.#events.emit('config-refused', () => ({ key, reason: 'rejected', detail: String(error) }))
    this.#store.writeBehind('a removal', (connection) => connection.remove(storeIdOf(encodeKey(key))))
  }
}

interface Detailed {
  readonly detail?: string
}

type Refused<Config> = Extract<Lookup<Config>, { refusal: ConfigRefusal }>

function refused<Config>(refusal: ConfigRefusal, detail?: string, fallback?: ConfigRecord<Config>): Refused<Config> & Detailed {
  return { refusal, fallback, ...(detail !== undefined && { detail }) }
}

/** Refusals that are the ordinary course of things, or have an event of their own. */
const quiet: ReadonlySet<ConfigRefusal> = new Set(['absent', 'expired', 'invalidated', 'store-unavailable'])

function describe(issues: readonly ConfigIssue[]): string {
  return issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')
}
