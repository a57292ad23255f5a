import type { LoadInTurn } from './build/load-in-turn.ts'
import type { ConfigInspection } from './config/config-inspection.ts'
import type { SharedConfigs } from './config/shared-configs.ts'
import type { Confirmations } from './invalidation/confirmation.ts'
import type { Heartbeat } from './invalidation/heartbeat.ts'
import type { Invalidations } from './invalidation/invalidations.ts'
import type { StoreHealth } from './resilience/store-health.ts'
import type { Asks } from './workers/asks.ts'

/** This worker among those that share its store: what it hears from them, and what it tells them. `alone` has none. */
export interface Fleet {
  readonly invalidations: Pick<Invalidations, 'view' | 'invalidate'>
  readonly heartbeat: Pick<Heartbeat, 'start' | 'ensure' | 'verify' | 'synced' | 'toleratedMs'>
  readonly confirmations: Pick<Confirmations, 'confirm'>
  readonly loadInTurn: LoadInTurn | undefined
  readonly asks: Pick<Asks, 'worker' | 'closed' | 'ask'>
  readonly health: StoreHealth
  /** Stops listening, and tells the others not to wait for this worker. */
  leave(): Promise<void>
  /** Once what was written has arrived or failed, releases the connection. */
  close(): Promise<void>
}

/** A fleet, and the configs it shares. */
export interface Commons<Config> {
  readonly fleet: Fleet
  readonly configs: SharedConfigs<Config>
  /** Absent where nothing is read from a store. */
  readonly inspection: Pick<ConfigInspection<Config>, 'standing'> | undefined
}
