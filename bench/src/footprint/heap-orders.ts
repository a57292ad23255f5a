import type { StoreGround } from './keeper.ts'
import type { KeeperName } from './keepers.ts'

/** Answered with bytes per agent. */
export interface HeapOrder {
  readonly keeper: KeeperName
  readonly agents: number
  readonly ground: StoreGround
}
