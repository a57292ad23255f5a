import { ToolLoopAgent, type ToolSet } from 'ai'
import type { AgentConfig } from '../agent-config/agent-config.ts'
import { agentConfigSchema } from '../agent-config/agent-config-schema.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import type { AgentKey } from '../agent-key.ts'
import type { StandardSchema } from '../config/standard-schema.ts'
import { UnsupportedConfigError } from '../errors.ts'
import type { CreateContext } from '../options.ts'
import { type SharedSettings, settingsOf } from './agent-settings.ts'
import { type AgentTools, closeTools, makeTools, toolRegistry, type Tools } from './agent-tools.ts'
import { languageModels, type Models } from './language-models.ts'

/** A live agent: `agent.generate({ prompt })`, `agent.stream({ messages })`. It keeps nothing of a run, so runs may overlap. */
export type AiSdkAgent = ToolLoopAgent<never, ToolSet>

export interface AiSdkOptions {
  readonly models: Models
  /** Default: none. */
  readonly tools?: Tools
  /** Gives the secrets for `{ "$secret": name }` in tool options and provider options. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /** Given to every agent besides what its config says; the config's own settings win. */
  readonly agentSettings?: SharedSettings
}

/** For `createAgentCache({ ...aiSdkAgents({ models, tools }), loadConfig, … })`. */
export interface AiSdkAgents {
  readonly configSchema: StandardSchema<AgentConfig>
  createAgent(config: AgentConfig, key: Partial<AgentKey>, context: CreateContext): Promise<AiSdkAgent>
  disposeAgent(agent: AiSdkAgent): Promise<void>
}

/**
 * Makes agents of the AI SDK (`ai` 7) from {@link AgentConfig}s. Models and plain tools are made once and shared by all agents,
 * which leaves a few microseconds for making one. The registries are read once, here.
 *
 * Throws {@link InvalidOptionsError} if `models` or `tools` are not what they should be. `createAgent` throws {@link UnknownModelError},
 * {@link UnknownToolError}, {@link UnresolvedSecretError} and, for a config with `mcpServers` or with options for a tool that
 * takes none, {@link UnsupportedConfigError}; what the application's own functions throw passes through unchanged.
 * `disposeAgent` closes the tools that were made for the agent.
 */
export function aiSdkAgents({ models, tools = {}, resolveSecret, agentSettings }: AiSdkOptions): AiSdkAgents {
  const modelOf = languageModels(models)
  const registry = toolRegistry(tools)
  const openTools = new WeakMap<AiSdkAgent, AgentTools['open']>()

  return {
    configSchema: agentConfigSchema,

    async createAgent(config, key, { signal }) {
      refuseMcpServers(config)
      const model = modelOf(config.model)
      const settings = await settingsOf(config, resolveSecret)
      // Last, for these may be open: nothing after them fails.
      const made = await makeTools(config.tools ?? [], registry, { key, signal }, resolveSecret)

      const agent: AiSdkAgent = new ToolLoopAgent({
        ...agentSettings,
        ...settings,
        ...(key.agentId !== undefined && { id: key.agentId }),
        model,
        tools: made.tools,
      })
      if (made.open.length > 0) openTools.set(agent, made.open)
      return agent
    },

    async disposeAgent(agent) {
      const open = openTools.get(agent) ?? []
      openTools.delete(agent)
      await closeTools(open)
    },
  }
}

function refuseMcpServers({ mcpServers = {} }: AgentConfig): void {
  const [name] = Object.keys(mcpServers)
  if (name === undefined) return
  throw new UnsupportedConfigError(
    `$.mcpServers.${name}`,
    'rekindle/ai-sdk does not connect MCP servers yet, and without its tools this would be another agent. ' +
      "Register the server's tools in tools, or take it out of the config.",
  )
}
