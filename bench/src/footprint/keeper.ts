import type { LittleAgent, Stock } from './stock.ts'

/** What has been filled with a stock, and holds on to it. */
export interface Kept {
  get(index: number): Promise<LittleAgent | null | undefined> | LittleAgent | null | undefined
  close?(): Promise<void>
}

export interface StoreGround {
  readonly redisPort: number
  readonly sqlitePath: string
}

export type Keep = (stock: Stock, ground: StoreGround) => Promise<Kept>

export const ttlMs = 3_600_000
