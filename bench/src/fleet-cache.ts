import type { SampleConfig } from './sample-agent.ts'

/** What a worker process of a fleet asks of its cache, whichever it is. */
export interface FleetCache {
  get(agentId: string): Promise<unknown>
  /** Whether memory has it to serve, at once and without a question to the store. Absent if there is no memory tier. */
  has?(agentId: string): boolean
  /** With `confirm`, which only Rekindle knows, it resolves when all workers have dropped it. */
  invalidate(agentId: string, options: { readonly confirm: boolean }): Promise<unknown>
}

export interface FleetGround {
  readonly redisPort: number
  readonly sqlitePath: string
  /** What Rekindle waits for the store. Peers have no such limit. */
  readonly storeTimeoutMs: number
}

export type Load = (agentId: string) => Promise<SampleConfig>
export type Open = (ground: FleetGround, load: Load) => Promise<FleetCache>

export const ttlMs = 3_600_000

export async function redisClient(port: number) {
  const { Redis } = await import('ioredis')
  return new Redis({ host: '127.0.0.1', port })
}
