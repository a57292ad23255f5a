import { type AgentKey, assertKey } from '../agent-key.ts'

/** What one worker asks another. */
export type Question = { readonly about: 'stats' } | { readonly about: 'key'; readonly key: AgentKey }

/** Anybody who can write to the store can ask anything; what is no question of ours is `undefined`. */
export function readQuestion(value: unknown): Question | undefined {
  const { about, key } = Object(value) as Record<string, unknown>
  if (about === 'stats') return { about }
  if (about !== 'key') return undefined
  try {
    assertKey(key as AgentKey)
  } catch {
    return undefined
  }
  const { agentId, userId, sessionId, reasoning } = key as AgentKey
  return { about, key: { agentId, userId, sessionId, reasoning } }
}
