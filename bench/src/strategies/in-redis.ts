import type { AgentConfig } from 'rekindle/agent-config'
import { type OpenStrategy, ttlMs } from './strategy.ts'

/** The agent itself as JSON. What comes back and is no agent has to be made again. */
export const wholeAgent: OpenStrategy = ({ load, create, isAgent, client, namespace }) => {
  const keyOf = (agentId: string) => `${namespace}:agent:${agentId}`
  return {
    async acquire({ agentId }) {
      const found = await client.get(keyOf(agentId))
      if (found !== null) {
        const revived = JSON.parse(found) as object
        if (isAgent(revived)) return { agent: revived, built: false }
      }
      const agent = await create(await load(agentId))
      await client.set(keyOf(agentId), JSON.stringify(agent), 'PX', ttlMs)
      return { agent, built: true }
    },
    edited: (agentId) => client.del(keyOf(agentId)),
    close() {},
  }
}

/** Only the config: each visit reads it, and has its agent made of it. */
export const configOnly: OpenStrategy = ({ load, create, dispose, client, namespace }) => {
  const keyOf = (agentId: string) => `${namespace}:config:${agentId}`
  return {
    async acquire({ agentId }) {
      const found = await client.get(keyOf(agentId))
      const config = found === null ? await load(agentId) : (JSON.parse(found) as AgentConfig)
      if (found === null) await client.set(keyOf(agentId), JSON.stringify(config), 'PX', ttlMs)
      const agent = await create(config)
      return { agent, built: found === null, release: () => void dispose(agent) }
    },
    edited: (agentId) => client.del(keyOf(agentId)),
    close() {},
  }
}
