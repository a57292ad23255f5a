import type { AgentConfig } from '../agent-config/agent-config.ts'
import { agentConfigSchema } from '../agent-config/agent-config-schema.ts'
import type { AgentKey } from '../agent-key.ts'
import type { StandardSchema } from '../config/standard-schema.ts'
import type { CreateContext } from '../options.ts'
import { closeParts, type Part } from './parts.ts'

/** What an adapter gives to `createAgentCache({ ...adapter({ models, tools }), loadConfig, … })`. */
export interface FrameworkAgents<Agent> {
  readonly configSchema: StandardSchema<AgentConfig>
  createAgent(config: AgentConfig, key: Partial<AgentKey>, context: CreateContext): Promise<Agent>
  disposeAgent(agent: Agent): Promise<void>
}

/** The making of one agent, with all those that work for it. */
export interface Making extends CreateContext {
  /** The fields of the key that `liveScope` lists; the others are not there, since agents are shared regardless of them. */
  readonly key: Partial<AgentKey>
  /** Closes the part when the agent is disposed of, or at once if the agent cannot be made. */
  closeLater(part: Part): void
}

/** The three parts of every adapter, from the one that differs. What `make` opens is closed once, on every path. */
export function frameworkAgents<Agent extends object>(
  make: (config: AgentConfig, making: Making) => Promise<Agent>,
): FrameworkAgents<Agent> {
  const openParts = new WeakMap<Agent, readonly Part[]>()
  return {
    configSchema: agentConfigSchema,

    async createAgent(config, key, context) {
      const parts: Part[] = []
      const making: Making = {
        key,
        // Read only when asked for: until then there need not be one.
        get signal() {
          return context.signal
        },
        ignored: (path, message) => context.ignored(path, message),
        closeLater: (part) => void parts.push(part),
      }
      try {
        const agent = await make(config, making)
        if (parts.length > 0) openParts.set(agent, parts)
        return agent
      } catch (error) {
        // The caller is owed the reason for the failure; what goes wrong while clearing up would only hide it.
        await closeParts(parts).catch(() => {})
        throw error
      }
    },

    async disposeAgent(agent) {
      const parts = openParts.get(agent) ?? []
      openParts.delete(agent)
      await closeParts(parts)
    },
  }
}
