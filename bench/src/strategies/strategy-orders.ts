import type { Serialised } from './serialised.ts'
import type { StrategyName } from './strategy-list.ts'
import type { Visit } from './workload.ts'

/** What a look into the database takes, of each agent. */
export const loadMs = 5

/** What a worker can be told to do. */
export type StrategyOrder =
  | { readonly type: 'load'; readonly framework: string; readonly redisPort: number }
  | { readonly type: 'open'; readonly strategy: StrategyName; readonly namespace: string }
  | { readonly type: 'serve'; readonly visits: readonly Visit[] }
  /** The database has a new version of the agent: all workers are told, since all read from it. */
  | { readonly type: 'change'; readonly agentId: string }
  /** After that, by one of them. */
  | { readonly type: 'edited'; readonly agentId: string }
  | { readonly type: 'memory' }
  | { readonly type: 'close' }
  | { readonly type: 'write' }

/** Of the visits of a phase at one worker. */
export interface ServedVisits {
  /** From asking to holding, of each. */
  readonly ms: readonly number[]
  /** From the first to the last, of all. */
  readonly busyMs: number
  /** Without a build, and those among them that got what another worker had built. */
  readonly unbuilt: number
  readonly crossed: number
  /** Got an older version than the database has had since before they asked. */
  readonly stale: number
}

/** What becomes of an agent, and of its config, when it is stored. */
export interface Written {
  readonly agent: Serialised
  readonly config: Serialised
}
