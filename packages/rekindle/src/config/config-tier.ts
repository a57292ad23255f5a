import type { AgentKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { type ConfigIssue, InvalidConfigError, textOf } from '../errors.ts'
import type { Events } from '../events.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { Patience } from '../resilience/guarded-store.ts'
import type { CacheSettings } from '../settings.ts'
import type { ConfigRecord } from './config-record.ts'
import type { StoreRead } from './config-store.ts'
import { fingerprintOf } from './fingerprint.ts'
import { freshFor } from './freshness.ts'
import type { Interned, InternedConfigs } from './interned-configs.ts'
import { readBack, writeJson } from './serialize.ts'
import type { Lookup, SharedConfigs } from './shared-configs.ts'
import type { StandardSchema } from './standard-schema.ts'
import { validate } from './validate.ts'

export interface ConfigTierOptions<Config> {
  readonly configSchema: StandardSchema<Config> | undefined
  /** They may change at any time. */
  readonly settings: Pick<CacheSettings, 'configTtlMs'>
  readonly ttlJitter: number
  readonly clock: Clock
  readonly random: () => number
}

/** What was loaded, as this process has it, and when the store has it too (or will not have it). */
export interface Admitted<Config> {
  readonly record: ConfigRecord<Config>
  /** Never rejects. */
  readonly stored: Promise<void>
}

/** Tier 2: configs, as they are taken in here, and shared with other workers. */
export class ConfigTier<Config> {
  readonly #options: ConfigTierOptions<Config>
  readonly #shared: SharedConfigs<Config>
  readonly #interned: InternedConfigs<Config>
  readonly #events: Events

  constructor(
    options: ConfigTierOptions<Config>,
    shared: SharedConfigs<Config>,
    interned: InternedConfigs<Config>,
    events: Events,
  ) {
    this.#options = options
    this.#shared = shared
    this.#interned = interned
    this.#events = events
  }

  /** As {@link SharedConfigs.lookup}. */
  lookup(key: Partial<AgentKey>, encoded: string, patience?: Patience, found?: StoreRead): Promise<Lookup<Config>> {
    return this.#shared.lookup(key, encoded, patience, found)
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
    const { text, issue } = writeJson(loaded)
    const known = issue === undefined ? await this.#known(text) : issue
    if ('message' in known) {
      this.#events.emit('config-not-stored', () => ({ key, ...known }))
      return { record: { config: await this.#validated(loaded), key, fingerprint: undefined, asOf, tags, freshUntil }, stored }
    }
    const { config, fingerprint } = known
    const record = { config, key, fingerprint, asOf, tags, freshUntil }
    return { record, stored: store && text !== undefined ? this.#shared.write(record, text) : stored }
  }

  /** The config that `text` is, one for all sessions, or why it cannot be kept. */
  async #known(text: string): Promise<Interned<Config> | ConfigIssue> {
    const fingerprint = fingerprintOf(text)
    const interned = this.#interned.get(fingerprint)
    if (interned !== undefined) return interned
    const { parsed, issue } = readBack(text)
    return issue ?? this.#interned.take(fingerprint, await this.#validated(parsed.value), parsed)
  }

  async #validated(value: unknown): Promise<Config> {
    const validated = await validate(this.#options.configSchema, value)
    if (validated.issues !== undefined) throw new InvalidConfigError(validated.issues)
    return validated.config
  }

  /** Drops a stored config that `createAgent` refused. */
  discard({ key, fingerprint }: ConfigRecord<Config>, error: unknown): void {
    if (fingerprint !== undefined) this.#interned.delete(fingerprint)
    this.#events.emit('config-refused', () => ({ key, reason: 'rejected', detail: textOf(error) }))
    this.#shared.remove(key)
  }
}
