import type { Agents } from '../agents.ts'
import type { Warming } from '../cluster/messages.ts'
import type { HotKey } from '../database/hot-keys.ts'

const concurrency = 16
/** Progress is told each time so many more are done. */
const stride = 20

export interface WarmUpOptions {
  readonly agents: Pick<Agents, 'acquire'>
  readonly keys: readonly Pick<HotKey, 'agentId' | 'userId' | 'reasoning'>[]
  /** What is not done when it fires is left to the requests. */
  readonly signal: AbortSignal
  readonly tell: (progress: Warming) => void
}

/**
 * Brings agents into memory before the first request for them. Who cannot be had, being deleted meanwhile or no longer the
 * user's, is passed over. Never rejects.
 */
export async function warmUp({ agents, keys, signal, tell }: WarmUpOptions): Promise<void> {
  const of = keys.length
  let done = 0
  // One iterator for all: each lane takes the next key that none has taken.
  const remaining = keys.values()
  const lane = async (): Promise<void> => {
    for (const { agentId, userId, reasoning } of remaining) {
      if (signal.aborted) return
      try {
        // Agents are the same in all sessions of a user.
        using _lease = await agents.acquire({ agentId, userId, sessionId: 'warm-up', reasoning }, { signal })
      } catch {
        // A request for it will say what is wrong.
      }
      done++
      if (done % stride === 0 || done === of) tell({ done, of })
    }
  }
  if (of > 0) tell({ done, of })
  await Promise.all(Array.from({ length: concurrency }, lane))
}
