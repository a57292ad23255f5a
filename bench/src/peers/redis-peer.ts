import type { SampleConfig } from '../sample-agent.ts'
import type { RedisClients } from './redis-clients.ts'

/** A way to keep configs in Redis and nowhere else, so that every call is one to Redis. */
export interface RedisPeer {
  /** What its rows are called: where the config is in Redis, and where it is not. */
  readonly hit: string
  readonly miss: string
  get(name: string): Promise<SampleConfig | null | undefined>
  /** What is missing is loaded, and stored by the time of the answer. */
  getOrLoad(name: string): Promise<SampleConfig>
}

export type Load = (name: string) => Promise<SampleConfig>
export type OpenPeer = (clients: RedisClients, load: Load) => Promise<RedisPeer>

export const peerTtlMs = 3_600_000
