import type { OpenStrategy } from './strategy.ts'

/** Every visit has its agent made. */
export const nothingKept: OpenStrategy = ({ load, create, dispose }) => ({
  async acquire({ agentId }) {
    const agent = await create(await load(agentId))
    return { agent, built: true, release: () => void dispose(agent) }
  },
  edited() {},
  close() {},
})

/** As Streamlit and others keep state: in an object of the session, in the process that has it. What was edited is not looked for there. */
export const keptInSession: OpenStrategy = ({ load, create }) => {
  const sessions = new Map<string, object>()
  return {
    async acquire({ agentId, sessionId }) {
      const kept = sessions.get(sessionId)
      if (kept !== undefined) return { agent: kept, built: false }
      const agent = await create(await load(agentId))
      sessions.set(sessionId, agent)
      return { agent, built: true }
    },
    edited() {},
    close() {},
  }
}

/** A variable with agents by their ids, in each process. Who edits an agent drops it from the one at hand. */
export const keptInDictionary: OpenStrategy = ({ load, create }) => {
  const agents = new Map<string, object>()
  return {
    async acquire({ agentId }) {
      const kept = agents.get(agentId)
      if (kept !== undefined) return { agent: kept, built: false }
      const agent = await create(await load(agentId))
      agents.set(agentId, agent)
      return { agent, built: true }
    },
    edited: (agentId) => agents.delete(agentId),
    close() {},
  }
}
