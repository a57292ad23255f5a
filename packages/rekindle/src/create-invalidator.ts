import { type AgentKey, inOrder, type KeyField, keyFields } from './agent-key.ts'
import { type Clock, systemClock } from './clock.ts'
import { ConfigInspection } from './config/config-inspection.ts'
import type { ConfigStore } from './config/config-store.ts'
import { Events } from './events.ts'
import { explainStored } from './explain/explainer.ts'
import { joinFleet } from './fleet.ts'
import { invalidateAt } from './invalidate-at.ts'
import { assertInvalidatorOptions } from './option-checks.ts'
import type { InvalidateOptions, InvalidationTarget } from './options.ts'
import { GuardedStore } from './resilience/guarded-store.ts'
import { workerName } from './worker-name.ts'
import { type Workers, workersOf } from './workers/workers.ts'

export interface InvalidatorOptions {
  /** Those of the agent caches whose agents are to be invalidated, and so the scopes below. */
  readonly namespace: string
  readonly store: ConfigStore
  readonly configScope?: readonly KeyField[]
  readonly liveScope?: readonly KeyField[]
  /** Theirs, for `workers.explain`. Default `'1'`. */
  readonly configVersion?: string
  /**
   * The largest `maxStalenessMs` of those caches: after the store has lost the list of workers, `confirm` waits so long for all
   * to be on it again. Default 1 000.
   */
  readonly maxStalenessMs?: number
  /** What a call waits for the store at most. Default 250. */
  readonly storeTimeoutMs?: number
  /** For tests. */
  readonly clock?: Clock
}

/** Invalidates agents of other processes, and asks them what they have. Made by {@link createInvalidator}. */
export interface Invalidator extends AsyncDisposable {
  /** As `invalidate` of an agent cache does. */
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<void>
  /** The workers of the namespace, on all machines, of which this process is none. */
  readonly workers: Workers
  /** Releases the store's connection. */
  close(): Promise<void>
}

/**
 * For processes that hold no agents, but know when agents have changed: an admin page, a migration, a supervisor that listens to
 * the database. Throws {@link InvalidOptionsError}. Does no I/O before it is used.
 */
export function createInvalidator(options: InvalidatorOptions): Invalidator {
  assertInvalidatorOptions(options)
  const { namespace, store, configVersion = '1', storeTimeoutMs = 250, maxStalenessMs = 1_000, clock = systemClock } = options
  const liveScope = inOrder(options.liveScope ?? keyFields)
  const configScope = inOrder(options.configScope ?? liveScope)
  const worker = workerName()
  const events = new Events({ namespace, worker })
  const guarded = new GuardedStore(store.name, store.connect(namespace), storeTimeoutMs, clock, events)
  const fleet = joinFleet({
    worker,
    store: guarded,
    shared: true,
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
  const inspection = new ConfigInspection<unknown>(rules, guarded, fleet.invalidations, () => undefined)
  const explain = (key: AgentKey) => explainStored({ inspection, view, clock, configScope, liveScope }, key)
  const workers = workersOf(fleet.asks, { explain, worker: undefined })
  let closing: Promise<void> | undefined
  const close = () => (closing ??= fleet.leave().then(() => guarded.close()))
  return {
    invalidate: (target, how = {}) => invalidateAt(fleet, [configScope, liveScope], target, how),
    workers,
    close,
    [Symbol.asyncDispose]: close,
  }
}
