import { ToolLoopAgent } from 'ai'
import type { AgentConfig, AgentDefinition } from '../agent-config/agent-config.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import { toolsOf, type ToolSources } from '../adapters/agent-tools.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { type FrameworkAgents, frameworkAgents, type Making } from '../adapters/framework-agents.ts'
import type { McpConnections } from '../adapters/mcp-connections.ts'
import { refuseHandoffs } from '../adapters/sub-agents.ts'
import { ToolRegistry, type Tools } from '../adapters/tool-registry.ts'
import { type SharedSettings, settingsOf } from './agent-settings.ts'
import type { AgentTool, AiSdkAgent } from './ai-sdk-agent.ts'
import { languageModels, type Models } from './language-models.ts'
import { fromMcp } from './mcp-tool.ts'
import { fromSubAgent } from './sub-agent-tool.ts'
import { ToolRecords } from './tool-records.ts'

/** The options of {@link aiSdkAgents}. */
export interface AiSdkOptions {
  readonly models: Models
  /** Default: none. */
  readonly tools?: Tools<AgentTool>
  /** `mcpServers({ … })` of `rekindle/mcp`, for configs with MCP servers. */
  readonly mcp?: McpConnections
  /** Gives the secrets for `{ "$secret": name }` in tool options and provider options. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /** Given to every agent besides what its config says; the config's own settings win. */
  readonly agentSettings?: SharedSettings
}

/** For `createAgentCache({ ...aiSdkAgents({ models, tools }), loadConfig, … })`. */
export type AiSdkAgents = FrameworkAgents<AiSdkAgent>

/**
 * Makes agents of the AI SDK (`ai` 6 or 7) from {@link AgentConfig}s. Models and plain tools are made once and shared by all
 * agents, which leaves a few microseconds for making one. The registries are read once, here.
 *
 * Throws {@link InvalidOptionsError} if `models` or `tools` are not what they should be. `createAgent` rejects with
 * {@link UnknownModelError}, {@link UnknownToolError}, {@link UnresolvedSecretError} and, for a config with hand-offs, with
 * options for a tool that takes none, or with MCP servers when there is no `mcp`, {@link UnsupportedConfigError}; what the
 * application's own functions throw passes through unchanged. A `reasoning` that cannot reach the model makes a
 * `config-ignored` event. `disposeAgent` closes the tools that were made for the agent.
 */
export function aiSdkAgents({ models, tools = {}, mcp, resolveSecret, agentSettings }: AiSdkOptions): AiSdkAgents {
  const modelOf = languageModels(models)
  const registry = new ToolRegistry(tools, resolveSecret)
  const sharedFromMcp = eachOnce(fromMcp)
  const records = new ToolRecords()

  async function make(definition: AgentDefinition, path: string, modelId: string, id: string | undefined, making: Making) {
    refuseHandoffs(definition.handoffs, path, 'the AI SDK')
    const model = await modelOf(modelId)
    const sources: ToolSources<AgentTool> = {
      registry,
      mcp,
      fromMcp: sharedFromMcp,
      fromSubAgent: async (name, agent, where) =>
        fromSubAgent(name, await make(agent, where, agent.model ?? modelId, name, making), agent),
    }
    const given = await toolsOf(definition, path, sources, making)
    const settings = await settingsOf(definition, path, { model, tools: given }, agentSettings, making, resolveSecret)
    const agent: AiSdkAgent = new ToolLoopAgent({
      ...settings,
      ...(id !== undefined && { id }),
      model,
      ...records.of(definition, given),
    })
    return agent
  }

  return frameworkAgents((config: AgentConfig, making) => make(config, '$', config.model, making.key.agentId, making))
}
