import { type AgentKey, encodeKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import type { Invalidations } from '../invalidation/invalidations.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { GuardedStore, Patience } from '../resilience/guarded-store.ts'
import type { CacheSettings } from '../settings.ts'
import type { Counters } from '../counts/stats.ts'
import type { ConfigRecord } from './config-record.ts'
import type { StoreRead } from './config-store.ts'
import { storeIdOf } from './fingerprint.ts'
import type { Interned, InternedConfigs } from './interned-configs.ts'
import { type FreshnessRules, freshUntilOf, isAhead, aheadDetail, judgeBlob, judgePointer } from './judgement.ts'
import { decodePointer, encodePointer, maxPointerLength, type Pointer } from './pointer.ts'
import { findSecret, type KnownSecrets, secretsIn } from './secret-guard.ts'
import type { Lookup, SharedConfigs, WritableRecord } from './shared-configs.ts'
import type { StandardSchema } from './standard-schema.ts'
import { checkBlob, checkRead } from './store-replies.ts'

type Fetched<Config> =
  | { readonly interned: Interned<Config>; readonly refusal?: undefined }
  | { readonly refusal: ConfigRefusal; readonly detail?: string }

/** For so long the environment is taken to hold the same secrets. */
const secretsForMs = 1_000

export interface StoredConfigsOptions<Config> extends FreshnessRules {
  readonly configSchema: StandardSchema<Config> | undefined
  readonly configVersion: string
  /** They may change at any time. */
  readonly settings: Pick<CacheSettings, 'configTtlMs'>
  readonly clock: Clock
}

export interface StoredConfigsParts<Config> {
  /** Those that this process has had before. */
  readonly interned: InternedConfigs<Config>
  readonly events: Events
  readonly counters: Counters
}

/** The configs in a store. */
export class StoredConfigs<Config> implements SharedConfigs<Config> {
  readonly #options: StoredConfigsOptions<Config>
  readonly #store: GuardedStore
  readonly #invalidations: Invalidations
  readonly #interned: InternedConfigs<Config>
  readonly #events: Events
  readonly #counters: Counters
  /** Configs on their way from the store, by fingerprint. */
  readonly #fetching = new Map<string, Promise<Fetched<Config>>>()
  #secrets: KnownSecrets = []
  #secretsFrom = -Infinity

  constructor(
    options: StoredConfigsOptions<Config>,
    store: GuardedStore,
    invalidations: Invalidations,
    { interned, events, counters }: StoredConfigsParts<Config>,
  ) {
    this.#options = options
    this.#store = store
    this.#invalidations = invalidations
    this.#interned = interned
    this.#events = events
    this.#counters = counters
  }

  lookup(key: Partial<AgentKey>, encoded: string, patience?: Patience, found?: StoreRead): Promise<Lookup<Config>> {
    const { connection } = this.#store
    const seen = this.#invalidations.view.stamp
    const find = () =>
      found === undefined
        ? connection.read(this.#idOf(encoded)).then((read) => this.#judge(key, encoded, checkRead(read), seen))
        : Promise.resolve(this.#judge(key, encoded, found))
    return this.#store.read<Lookup<Config>>('a config', find, refused('store-unavailable'), patience)
  }

  #idOf(encoded: string): string {
    return storeIdOf(encoded, this.#options.configVersion)
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
    const found = ({ config, fingerprint }: Interned<Config>): Lookup<Config> => {
      const record = { config, key, fingerprint, asOf, tags, freshUntil }
      return judged === 'stale-if-error' ? refused('expired', record) : { record, stale: judged !== 'fresh' }
    }
    const interned = this.#interned.get(fingerprint)
    return interned === undefined ? this.#fetch(key, fingerprint, found) : found(interned)
  }

  async #fetch(
    key: Partial<AgentKey>,
    fingerprint: string,
    found: (interned: Interned<Config>) => Lookup<Config>,
  ): Promise<Lookup<Config>> {
    const fetching = this.#fetching.get(fingerprint) ?? this.#startFetching(fingerprint)
    const judged = await fetching
    if (judged.refusal === 'absent') return refused('absent')
    if (judged.refusal !== undefined) return this.#refuse(key, judged.refusal, judged.detail)
    return found(judged.interned)
  }

  /** For all who need it meanwhile: a worker that has just started is asked for many sessions of few agents. */
  #startFetching(fingerprint: string): Promise<Fetched<Config>> {
    const fetching = this.#fetchAndTake(fingerprint).finally(() => this.#fetching.delete(fingerprint))
    this.#fetching.set(fingerprint, fetching)
    return fetching
  }

  async #fetchAndTake(fingerprint: string): Promise<Fetched<Config>> {
    const text = checkBlob(await this.#store.connection.readBlob(fingerprint))
    const judged = await judgeBlob(text, fingerprint, this.#options.configSchema)
    if (judged.refusal !== undefined) return judged
    return { interned: this.#interned.take(fingerprint, judged.config, judged.parsed) }
  }

  /** For what should not have been in the store. */
  #refuse(key: Partial<AgentKey>, reason: ConfigRefusal, detail?: string): Lookup<Config> {
    this.#events.emit('config-refused', () => ({ key, reason, ...(detail !== undefined && { detail }) }))
    return refused(reason)
  }

  async write(record: WritableRecord<Config>, blob: string): Promise<void> {
    await this.#store.writeBehind('a config', async (connection) => {
      // Who waits for the agent has it first.
      await new Promise<void>((resolve) => process.nextTick(resolve))
      const { settings, staleWhileRevalidateMs, staleIfErrorMs } = this.#options
      const ttlMs = Math.ceil(settings.configTtlMs + Math.max(staleWhileRevalidateMs, staleIfErrorMs))
      // Invalidated while it was loading, it would be refused by whoever read it.
      if (ttlMs === 0 || this.#store.down || !this.#invalidations.view.isValid(record)) return
      const encoded = encodeKey(record.key)
      const pointer = encodePointer({ ...record, key: encoded, configVersion: this.#options.configVersion })
      if (!this.#mayStore(record, pointer, JSON.parse(blob))) return
      await connection.write({ id: this.#idOf(encoded), pointer, fingerprint: record.fingerprint, blob, ttlMs })
      this.#counters.write(blob.length, pointer.length)
    })
  }

  /** Tells why not. */
  #mayStore({ key, tags }: WritableRecord<Config>, pointer: string, value: unknown): boolean {
    const refuse = (path: string, message: string): boolean => {
      this.#events.emit('config-not-stored', () => ({ key, path, message }))
      return false
    }
    const secret = findSecret(value, this.#knownSecrets())
    if (secret !== undefined) {
      const advice = 'put a reference there, { "$secret": "NAME" }, to be resolved in createAgent'
      return refuse(secret.path, `it holds what looks like ${secret.what}; ${advice}`)
    }
    if (pointer.length <= maxPointerLength) return true
    const size = `a pointer of ${pointer.length} characters, more than ${maxPointerLength}`
    return refuse('$', `key and ${tags.length} tags make ${size}`)
  }

  /** To look through the environment takes as long as to look through a config. */
  #knownSecrets(): KnownSecrets {
    const now = this.#options.clock.now()
    if (now >= this.#secretsFrom + secretsForMs || now < this.#secretsFrom) {
      this.#secrets = secretsIn(process.env)
      this.#secretsFrom = now
    }
    return this.#secrets
  }

  remove(key: Partial<AgentKey>): void {
    void this.#store.writeBehind('a removal', (connection) => connection.remove(this.#idOf(encodeKey(key))))
  }
}

function refused<Config>(refusal: ConfigRefusal, fallback?: ConfigRecord<Config>): Lookup<Config> {
  return { refusal, fallback }
}
