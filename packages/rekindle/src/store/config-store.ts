import type { ConnectOptions, StoreConnection } from '../config/config-store.ts'
import type { Sharing } from './sharing.ts'

/**
 * The port to the storage that all workers share. An implementation moves strings; a few of its calls must be atomic. It
 * judges nothing: freshness, validity and trust are decided above it, from what the strings say. `rekindle/testing` has the
 * contract suite that every store passes.
 */
export interface ConfigStore {
  /** For messages: `sqlite`, `redis`. */
  readonly name: string
  /** A connection for one application's entries. Called once per agent cache; must not do I/O that can fail. */
  connect(namespace: string, options?: ConnectOptions): StoreConnection
  /** How agent caches work with a store: `sharing` of `rekindle/store`. Who has no store does not load it. */
  readonly sharing: Sharing
}
