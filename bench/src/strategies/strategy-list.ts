import { agentForAllSessions, agentPerSession } from './hybrid.ts'
import { configOnly, wholeAgent } from './in-redis.ts'
import { keptInDictionary, keptInSession, nothingKept } from './in-process.ts'
import type { OpenStrategy } from './strategy.ts'

/** By the names of their rows. */
export const strategyList = {
  'made for every visit': nothingKept,
  'kept in the session’s object': keptInSession,
  'dictionary by agent': keptInDictionary,
  'whole agent in Redis': wholeAgent,
  'config in Redis': configOnly,
  'rekindle, an agent per session': agentPerSession,
  'rekindle, sessions share agents': agentForAllSessions,
} satisfies Record<string, OpenStrategy>

export type StrategyName = keyof typeof strategyList
