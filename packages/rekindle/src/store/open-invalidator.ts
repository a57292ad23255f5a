import type { AgentKey, KeyField } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import { ConfigInspection } from '../config/config-inspection.ts'
import type { Events } from '../events.ts'
import { explainStored } from '../explain/explainer.ts'
import { invalidateAt } from '../invalidation/invalidate-at.ts'
import type { InvalidateOptions, InvalidationTarget } from '../invalidation/invalidation-target.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { type Workers, workersOf } from '../workers/workers.ts'
import { Membership } from './membership.ts'

/** Invalidates agents of other processes, and asks them what they have. Made by `createInvalidator`. */
export interface Invalidator extends AsyncDisposable {
  /** As `invalidate` of an agent cache does. */
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<void>
  /** The workers of the namespace, on all machines, of which this process is none. */
  readonly workers: Workers
  /** Releases the store's connection. */
  close(): Promise<void>
}

export interface InvalidatorParts {
  readonly worker: string
  readonly events: Events
  readonly clock: Clock
  readonly configScope: readonly KeyField[]
  readonly liveScope: readonly KeyField[]
  readonly configVersion: string
  readonly maxStalenessMs: number
}

export function openInvalidator(
  store: GuardedStore,
  { worker, events, clock, configScope, liveScope, configVersion, maxStalenessMs }: InvalidatorParts,
): Invalidator {
  const fleet = new Membership({
    worker,
    store,
    clock,
    random: Math.random,
    events,
    maxStalenessMs,
    whenUnsynced: 'rebuild',
    servesForMs: undefined,
    live: { vouchedUntil: 0 },
    onInvalidated: () => {},
    answer: undefined,
  })
  const { view } = fleet.invalidations
  // What it says of freshness is what the entry says: which times to live the agents' processes have is theirs to know.
  const rules = {
    staleWhileRevalidateMs: 0,
    staleIfErrorMs: 0,
    longestTtlMs: Infinity,
    clock,
    configVersion,
    configSchema: undefined,
  }
  const inspection = new ConfigInspection<unknown>(rules, store, fleet.invalidations, { sizeOf: () => undefined })
  const explain = (key: AgentKey) => explainStored({ inspection, view, clock, configScope, liveScope }, key)
  let closing: Promise<void> | undefined
  const close = () => (closing ??= fleet.leave().then(() => fleet.close()))
  return {
    invalidate: (target, how = {}) => invalidateAt(fleet, [configScope, liveScope], target, how),
    workers: workersOf(fleet.asks, { explain, worker: undefined }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
