import type { AgentKey } from '../agent-key.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { Patience } from '../resilience/guarded-store.ts'
import type { ConfigRecord } from './config-record.ts'
import type { StoreRead } from './config-store.ts'

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

export type WritableRecord<Config> = ConfigRecord<Config> & { readonly fingerprint: string }

/** The configs that workers share. None of these ever rejects. */
export interface SharedConfigs<Config> {
  /**
   * The config stored for `key` (`encoded` is its encoding), if it may be used: fresh enough, not invalidated by anything that happened before this call,
   * and all that its pointer says it is. Whatever goes wrong is a refusal, and a build follows.
   *
   * `found`: what the store has just said, so that it need not be asked.
   */
  lookup(key: Partial<AgentKey>, encoded: string, patience?: Patience, found?: StoreRead): Promise<Lookup<Config>>
  /** Resolves when the store has it, or will not have it. `blob`: what the record's config was, before it went through the schema. */
  write(record: WritableRecord<Config>, blob: string): Promise<void>
  remove(key: Partial<AgentKey>): void
}
