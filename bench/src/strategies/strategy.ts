import type { Redis } from 'ioredis'
import type { AgentConfig } from 'rekindle/agent-config'
import type { Visit } from './workload.ts'

/** An agent in hand, until it is released. */
export interface Held {
  readonly agent: object
  /** Whether this visit had to load and make it. */
  readonly built: boolean
  readonly release?: () => void
}

/** A way for worker processes to come to agents. */
export interface Strategy {
  acquire(visit: Visit): Promise<Held>
  /** Somebody has changed the agent in the database, by way of this worker. */
  edited(agentId: string): unknown
  close(): unknown
}

/** What every strategy is given. */
export interface Ground {
  /** From the database: what it takes is the same for all. */
  readonly load: (agentId: string) => Promise<AgentConfig>
  /** Of the framework; model and tools are there and shared. */
  readonly create: (config: AgentConfig) => Promise<object>
  readonly dispose: (agent: object) => Promise<void>
  /** Whether something read from a store is an agent: has the methods that agents have. */
  readonly isAgent: (value: object) => boolean
  /** A connection of this worker's own. */
  readonly client: Redis
  /** Separates one run from the next. */
  readonly namespace: string
}

export type OpenStrategy = (ground: Ground) => Strategy | Promise<Strategy>

export const ttlMs = 3_600_000
