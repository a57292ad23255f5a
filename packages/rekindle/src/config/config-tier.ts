import { type AgentKey, encodeKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { type ConfigIssue, InvalidConfigError, textOf } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Invalidations } from '../invalidation/invalidations.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import type { ConfigRecord } from './config-record.ts'
import type { StoreConnection } from './config-store.ts'
import { fingerprintOf, storeIdOf } from './fingerprint.ts'
import { freshFor, freshnessAt, type StaleWindows } from './freshness.ts'
import { InternedConfigs } from './interned-configs.ts'
import { freezeDeep, parseFrozen, serialize } from './json.ts'
import { decodePointer, encodePointer, maxPointerLength } from './pointer.ts'
import { findSecret } from './secret-guard.ts'
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
  lookup(key: Partial<AgentKey>, encoded: string): Promise<Lookup<Config>> {
    const { connection } = this.#store
    const seen = this.#invalidations.view.stamp
    const find = () => connection.read(storeIdOf(encoded)).then((found) => this.#judge(key, encoded, found, seen))
    return this.#store.read<Lookup<Config>>('a config', find, refused('store-unavailable'))
  }

  /** Not `async`: with all at hand, as it usually is, the answer is there at once. */
  #judge(
    key: Partial<AgentKey>,
    encoded: string,
    { pointer, clock }: StoreRead,
    seen: Stamp,
  ): Lookup<Config> | Promise<Lookup<Config>> {
    if (!this.#invalidations.view.isBehind(clock, seen)) return this.#judgePointer(key, encoded, pointer)
    return this.#invalidations.catchUpWith(clock, seen).then(() => this.#judgePointer(key, encoded, pointer))
  }

  #judgePointer(key: Partial<AgentKey>, encoded: string, text: string | undefined): Lookup<Config> | Promise<Lookup<Config>> {
    const { view } = this.#invalidations
    if (text === undefined) return refused('absent')
    const pointer = decodePointer(text, encoded, this.#options.configVersion)
    if (typeof pointer === 'string') return this.#refuse(key, pointer)
    if (!view.isValid({ key, tags: pointer.tags, asOf: pointer.asOf })) return refused('invalidated')
    const freshness = freshnessAt(this.#options.clock.now(), pointer.freshUntil, this.#options)
    if (freshness === 'expired') return refused('expired')

    // Valid as of now: later invalidations count from here.
    const asOf = view.stamp
    const found = (config: Config): Lookup<Config> => {
      const { fingerprint, tags, freshUntil } = pointer
      const record = { config, key, fingerprint, asOf, tags, freshUntil }
      return freshness === 'stale-if-error' ? refused('expired', record) : { record, stale: freshness !== 'fresh' }
    }
    const interned = this.#interned.get(pointer.fingerprint)
    return interned === undefined ? this.#fetch(key, pointer.fingerprint, found) : found(interned)
  }

  async #fetch(key: Partial<AgentKey>, fingerprint: string, found: (config: Config) => Lookup<Config>): Promise<Lookup<Config>> {
    const text = await this.#store.connection.readBlob(fingerprint)
    if (text === undefined) return refused('absent')
    if (text.length > maxConfigLength || fingerprintOf(text) !== fingerprint) return this.#refuse(key, 'corrupt')
    const value = parseFrozen(text)
    if (value === undefined) return this.#refuse(key, 'corrupt')
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) return this.#refuse(key, 'schema-mismatch', describe(validated.issues))
    return found(this.#intern(fingerprint, validated.config, text.length))
  }

  /** For what should not have been in the store. */
  #refuse(key: Partial<AgentKey>, reason: ConfigRefusal, detail?: string): Lookup<Config> {
    this.#events.emit('config-refused', () => ({ key, reason, ...(detail !== undefined && { detail }) }))
    return refused(reason)
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
  ): Promise<Admitted<Config>> {
    const { configTtlMs, ttlJitter, random, clock } = this.#options
    const freshUntil = clock.now() + freshFor(configTtlMs, ttlJitter, random)
    const stored = Promise.resolve()
    const { text, loss } = serialize(loaded)
    if (loss !== undefined) {
      this.#events.emit('config-not-stored', () => ({ key, path: loss.path, message: `JSON would lose ${loss.found}` }))
      return { record: { config: await this.#validated(loaded), key, fingerprint: undefined, asOf, tags, freshUntil }, stored }
    }
    const fingerprint = fingerprintOf(text)
    const config =
      this.#interned.get(fingerprint) ?? this.#intern(fingerprint, await this.#validated(parseFrozen(text)), text.length)
    const record = { config, key, fingerprint, asOf, tags, freshUntil }
    return { record, stored: store ? this.#write(record, text) : stored }
  }

  async #validated(value: unknown): Promise<Config> {
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) throw new InvalidConfigError(validated.issues)
    return validated.config
  }

  async #write(record: ConfigRecord<Config> & { readonly fingerprint: string }, blob: string): Promise<void> {
    const { key, fingerprint } = record
    if (blob.length > maxConfigLength) {
      const message = `its JSON has ${blob.length} characters, more than ${maxConfigLength}`
      this.#events.emit('config-not-stored', () => ({ key, path: '$', message }))
      return
    }
    const secret = findSecret(record.config, process.env)
    if (secret !== undefined) {
      const message = `it holds what looks like ${secret.what}; put a reference there, { "$secret": "NAME" }, to be resolved in createAgent`
      this.#events.emit('config-not-stored', () => ({ key, path: secret.path, message }))
      return
    }
    // Invalidated while it was loading: it would be refused by whoever read it.
    if (!this.#invalidations.view.isValid(record)) return
    const { configTtlMs, configVersion, staleWhileRevalidateMs, staleIfErrorMs } = this.#options
    const encoded = encodeKey(key)
    const pointer = encodePointer({ ...record, key: encoded, configVersion })
    if (pointer.length > maxPointerLength) {
      const message = `key and ${record.tags.length} tags make a pointer of ${pointer.length} characters, more than ${maxPointerLength}`
      this.#events.emit('config-not-stored', () => ({ key, path: '$', message }))
      return
    }
    const ttlMs = Math.ceil(configTtlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs))
    if (ttlMs === 0) return
    await this.#store.writeBehind('a config', (connection) =>
      connection.write({ id: storeIdOf(encoded), pointer, fingerprint, blob, ttlMs }),
    )
  }

  /** Drops a stored config that `createAgent` refused. */
  discard({ key, fingerprint }: ConfigRecord<Config>, error: unknown): void {
    if (fingerprint !== undefined) this.#interned.delete(fingerprint)
    this.#events.emit('config-refused', () => ({ key, reason: 'rejected', detail: textOf(error) }))
    void this.#store.writeBehind('a removal', (connection) => connection.remove(storeIdOf(encodeKey(key))))
  }
}

type StoreRead = Awaited<ReturnType<StoreConnection['read']>>

function refused<Config>(refusal: ConfigRefusal, fallback?: ConfigRecord<Config>): Lookup<Config> {
  return { refusal, fallback }
}

function describe(issues: readonly ConfigIssue[]): string {
  return issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')
}
