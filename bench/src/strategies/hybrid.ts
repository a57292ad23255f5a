import { createAgentCache, type KeyField } from 'rekindle'
import type { AgentConfig } from 'rekindle/agent-config'
import { redisStore } from 'rekindle/redis'
import type { OpenStrategy } from './strategy.ts'

/** Live agents in memory, one for each session, their configs in Redis. */
export const agentPerSession: OpenStrategy = hybrid(['agentId', 'userId', 'sessionId', 'reasoning'])

/** The same, told that agents hold nothing of a session's. */
export const agentForAllSessions: OpenStrategy = hybrid(['agentId'])

function hybrid(liveScope: readonly KeyField[]): OpenStrategy {
  return async ({ load, create, dispose, client, namespace }) => {
    const agents = createAgentCache<AgentConfig, object, 'agentId'>({
      namespace,
      store: redisStore({ client }),
      configScope: ['agentId'],
      liveScope,
      loadConfig: ({ agentId }) => load(agentId),
      createAgent: create,
      disposeAgent: dispose,
    })
    const acquire = (key: { readonly agentId: string; readonly userId: string; readonly sessionId: string }) =>
      agents.acquire({ ...key, reasoning: false })
    // The others have connected, too. An agent that nobody asks for.
    const first = await acquire({ agentId: `agent-of-${process.pid}`, userId: 'user', sessionId: 'session' })
    first.release()
    return {
      async acquire(visit) {
        const lease = await acquire(visit)
        return { agent: lease.agent, built: lease.source === 'build', release: () => lease.release() }
      },
      edited: (agentId) => agents.invalidate({ agentId }, { confirm: true }),
      close: () => agents.close({ drainMs: 1_000 }),
    }
  }
}
