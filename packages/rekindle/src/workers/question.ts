import { type AgentKey, assertKey } from '../agent-key.ts'

/** What one worker asks another. */
export type Question =
  | { readonly about: 'stats' }
  | { readonly about: 'key'; readonly key: AgentKey }
  /** What its watcher has written down; each worker looks for itself in `after`. */
  | { readonly about: 'recording'; readonly of: 'live' | 'config'; readonly after: Readonly<Record<string, number>> }

/** Anybody who can write to the store can ask anything; what is no question of ours is `undefined`. */
export function readQuestion(value: unknown): Question | undefined {
  const { about, key, of, after } = Object(value) as Record<string, unknown>
  if (about === 'stats') return { about }
  if (about === 'recording') return (of === 'live' || of === 'config') && isCursor(after) ? { about, of, after } : undefined
  if (about !== 'key') return undefined
  try {
    assertKey(key as AgentKey)
  } catch {
    return undefined
  }
  const { agentId, userId, sessionId, reasoning } = key as AgentKey
  return { about, key: { agentId, userId, sessionId, reasoning } }
}

function isCursor(after: unknown): after is Readonly<Record<string, number>> {
  return typeof after === 'object' && after !== null && Object.values(after).every((at) => Number.isSafeInteger(at))
}
