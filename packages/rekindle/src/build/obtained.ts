import type { ConfigRecord } from '../config/config-record.ts'
import type { ConfigRefusal } from '../reasons.ts'

/** A config, and how it was come by. */
export interface Obtained<Config, Agent> {
  readonly record: ConfigRecord<Config>
  readonly source: 'config' | 'build'
  /** When the store was asked, or loading began (`performance.now()`): who has asked before has nothing older than the request. */
  readonly since: number
  /** Why the store's config was not used, if it was not. */
  readonly refusal?: ConfigRefusal
  /** When to look for a newer one; the past for one that is stale now. */
  readonly serveUntil: number
  /** The agent, where it came with its config. */
  readonly made?: { readonly agent: Agent }
  /** When the store has it, if it was loaded. */
  readonly stored?: Promise<void>
  readonly storeMs?: number
  readonly loadMs?: number
}

export interface Wish<Config> {
  /** Not satisfied by a stale config. */
  readonly fresh: boolean
  /** A config that this process has had for the key; it may serve if loading fails. */
  readonly known: ConfigRecord<Config> | undefined
}
