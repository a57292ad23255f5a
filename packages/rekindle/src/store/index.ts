/** `rekindle/store`: what a store of your own needs. `rekindle/testing` has the promises it must keep. */

export { sharing } from './sharing.ts'
export type { Sharing } from './sharing.ts'
export type { ConfigStore } from './config-store.ts'
export type {
  Claim,
  Claimed,
  ConnectOptions,
  SeenClock,
  StoreAdvance,
  StoreChanges,
  StoreClock,
  StoreConnection,
  StoreEntry,
  StoreListener,
  StoreRead,
  WorkerList,
  WorkerPresence,
  WorkerReport,
} from '../config/config-store.ts'
