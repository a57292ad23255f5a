import type { AgentKey } from '../agent-key.ts'

/** How far an invalidation must have come before it resolves. */
export interface InvalidateOptions {
  /** Wait until every live worker has dropped what is invalidated. Default false: until the store has recorded it. */
  readonly confirm?: boolean
  /** How long to wait for that. Default 5 000. */
  readonly timeoutMs?: number
}

/**
 * What to invalidate: the agents whose keys have all the given fields, those that depend on one of the `tags`, or `'all'`.
 */
export type InvalidationTarget = (Partial<AgentKey> & { readonly tags?: never }) | { readonly tags: readonly string[] } | 'all'
