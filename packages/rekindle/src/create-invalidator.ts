import { inOrder, type KeyField, keyFields } from './agent-key.ts'
import { type Clock, systemClock } from './clock.ts'
import { Events } from './events.ts'
import { assertInvalidatorOptions } from './option-checks.ts'
import type { ConfigStore } from './store/config-store.ts'
import type { Invalidator } from './store/open-invalidator.ts'
import { workerName } from './workers/worker-name.ts'

/** The options of {@link createInvalidator}: what the caches have whose agents are to be invalidated. */
export interface InvalidatorOptions {
  readonly namespace: string
  readonly store: ConfigStore
  /** Default: that of `liveScope`. */
  readonly configScope?: readonly KeyField[]
  /** Default: all four fields. */
  readonly liveScope?: readonly KeyField[]
  /** For `workers.explain`, which sees stored configs of this version alone. Default `'1'`. */
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
  return store.sharing.openInvalidator({
    access: { name: store.name, connection: store.connect(namespace), timeoutMs: storeTimeoutMs },
    worker,
    events: new Events({ namespace, worker }),
    clock,
    configScope,
    liveScope,
    configVersion,
    maxStalenessMs,
  })
}
