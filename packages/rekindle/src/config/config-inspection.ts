import type { AgentKey } from '../agent-key.ts'
import type { Invalidations } from '../invalidation/invalidations.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { storeIdOf } from './fingerprint.ts'
import type { InternedConfigs } from './interned-configs.ts'
import { aheadDetail, type FreshnessRules, freshUntilOf, isAhead, judgeBlob, judgePointer } from './judgement.ts'
import { decodePointer, type Pointer } from './pointer.ts'
import { checkBlob, checkRead } from './store-replies.ts'
import type { StoredConfigsOptions } from './stored-configs.ts'

/** What the store has for a key, and whether a request would use it. */
export type ConfigStanding =
  /** There is no config tier: no store, or agents of which nothing can be made but by a full build. */
  | { readonly state: 'none' }
  /** `stale`: within `staleWhileRevalidateMs`. */
  | { readonly state: 'usable'; readonly stale: boolean; readonly entry: StoredConfig }
  /** `entry`: as far as it could be read. */
  | { readonly state: 'refused'; readonly reason: ConfigRefusal; readonly detail?: string; readonly entry?: StoredConfig }

/** What a store has for a key. */
export interface StoredConfig {
  readonly fingerprint: string
  /** What it depends on, as `loadConfig` named it. */
  readonly tags: readonly string[]
  /** The invalidation clock before it was loaded. */
  readonly asOf: number
  /** Negative: it has not been for so long. */
  readonly freshForMs: number
  /** About how many bytes it takes in a process that has parsed it; absent if it was not looked at. */
  readonly sizeBytes?: number
}

type InspectionRules<Config> = FreshnessRules & Pick<StoredConfigsOptions<Config>, 'clock' | 'configVersion' | 'configSchema'>

/**
 * Looks at a stored config as a request does, and judges it alike, but leaves all as it is: nothing is dropped, kept, counted as a
 * use or told as an event.
 */
export class ConfigInspection<Config> {
  readonly #options: InspectionRules<Config>
  readonly #store: GuardedStore
  readonly #invalidations: Invalidations
  readonly #interned: Pick<InternedConfigs<unknown>, 'sizeOf'>

  /** `interned`: configs that this process has had already, and so need not read. */
  constructor(
    options: InspectionRules<Config>,
    store: GuardedStore,
    invalidations: Invalidations,
    interned: Pick<InternedConfigs<unknown>, 'sizeOf'>,
  ) {
    this.#options = options
    this.#store = store
    this.#invalidations = invalidations
    this.#interned = interned
  }

  /** Never rejects, and takes no longer than `storeTimeoutMs`. `encoded` is the encoding of `key`. */
  standing(key: Partial<AgentKey>, encoded: string): Promise<ConfigStanding> {
    return this.#store.read<ConfigStanding>('a config', () => this.#look(key, encoded), refused('store-unavailable'))
  }

  async #look(key: Partial<AgentKey>, encoded: string): Promise<ConfigStanding> {
    const { view } = this.#invalidations
    const seen = view.stamp
    const { pointer: text, clock } = checkRead(await this.#store.connection.read(storeIdOf(encoded, this.#options.configVersion)))
    await this.#invalidations.catchUpWith(clock, seen)
    if (text === undefined) return refused('absent')
    const pointer = decodePointer(text, encoded, this.#options.configVersion)
    if (typeof pointer === 'string') return refused(pointer)
    if (isAhead(pointer.asOf, view.stamp)) await this.#invalidations.catchUpAfresh()
    if (isAhead(pointer.asOf, view.stamp)) return refused('corrupt', aheadDetail(pointer, view))
    return this.#judge(key, pointer)
  }

  async #judge(key: Partial<AgentKey>, pointer: Pointer): Promise<ConfigStanding> {
    const { clock, configSchema } = this.#options
    const { fingerprint, tags, asOf } = pointer
    const now = clock.now()
    const judged = judgePointer(pointer, key, this.#invalidations.view, now, this.#options)
    const freshForMs = Math.round(freshUntilOf(pointer, now, this.#options) - now)
    const known = this.#interned.sizeOf(fingerprint)
    const entryOf = (sizeBytes: number | undefined): StoredConfig => ({
      fingerprint,
      tags,
      asOf: asOf.clock,
      freshForMs,
      ...(sizeBytes !== undefined && { sizeBytes }),
    })
    if (judged === 'invalidated' || judged === 'expired') return refused(judged, undefined, entryOf(known))
    if (judged === 'stale-if-error') return refused('expired', 'it may stand in while loading fails', entryOf(known))
    const usable = (size: number): ConfigStanding => ({ state: 'usable', stale: judged !== 'fresh', entry: entryOf(size) })
    if (known !== undefined) return usable(known)
    const blob = await judgeBlob(checkBlob(await this.#store.connection.readBlob(fingerprint)), fingerprint, configSchema)
    if (blob.refusal !== undefined) return refused(blob.refusal, blob.detail, entryOf(undefined))
    return usable(blob.parsed.size)
  }
}

function refused(reason: ConfigRefusal, detail?: string, entry?: StoredConfig): ConfigStanding {
  return { state: 'refused', reason, ...(detail !== undefined && { detail }), ...(entry !== undefined && { entry }) }
}
