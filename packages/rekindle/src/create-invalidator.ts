import { inOrder, type KeyField, keyFields } from './agent-key.ts'
import { type Clock, systemClock } from './clock.ts'
import type { ConfigStore } from './config/config-store.ts'
import { Events } from './events.ts'
import { joinFleet } from './fleet.ts'
import { invalidateAt } from './invalidate-at.ts'
import { assertInvalidatorOptions } from './option-checks.ts'
import type { InvalidateOptions, InvalidationTarget } from './options.ts'
import { GuardedStore } from './resilience/guarded-store.ts'
import { workerName } from './worker-name.ts'

export interface InvalidatorOptions {
  /** Those of the agent caches whose agents are to be invalidated, and so the scopes below. */
  readonly namespace: string
  readonly store: ConfigStore
  readonly configScope?: readonly KeyField[]
  readonly liveScope?: readonly KeyField[]
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

/** Invalidates agents of other processes. Made by {@link createInvalidator}. */
export interface Invalidator extends AsyncDisposable {
  /** As `invalidate` of an agent cache does. */
  invalidate(target: InvalidationTarget, options?: InvalidateOptions): Promise<void>
  /** Releases the store's connection. */
  close(): Promise<void>
}

/**
 * For processes that hold no agents, but know when agents have changed: an admin page, a migration, a supervisor that listens to
 * the database. Throws {@link InvalidOptionsError}. Does no I/O before it is used.
 */
export function createInvalidator(options: InvalidatorOptions): Invalidator {
  assertInvalidatorOptions(options)
  const { namespace, store, storeTimeoutMs = 250, maxStalenessMs = 1_000, clock = systemClock } = options
  const liveScope = inOrder(options.liveScope ?? keyFields)
  const scopes = [inOrder(options.configScope ?? liveScope), liveScope]
  const events = new Events()
  const guarded = new GuardedStore(store.name, store.connect(namespace), storeTimeoutMs, clock, events)
  const fleet = joinFleet({
    worker: workerName(),
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
  let closing: Promise<void> | undefined
  const close = () => (closing ??= fleet.leave().then(() => guarded.close()))
  return {
    invalidate: (target, how = {}) => invalidateAt(fleet, scopes, target, how),
    close,
    [Symbol.asyncDispose]: close,
  }
}
