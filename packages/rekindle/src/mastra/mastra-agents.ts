import { Agent } from '@mastra/core/agent'
import { type IMastraLogger, noopLogger } from '@mastra/core/logger'
import type { AgentConfig, AgentDefinition } from '../agent-config/agent-config.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import { toolsOf, type ToolSources } from '../adapters/agent-tools.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { type FrameworkAgents, frameworkAgents, type Making } from '../adapters/framework-agents.ts'
import type { McpConnections } from '../adapters/mcp-connections.ts'
import { refuseHandoffs } from '../adapters/sub-agents.ts'
import { ToolRegistry, type Tools } from '../adapters/tool-registry.ts'
import { defaultOptionsOf, type SharedSettings } from './agent-settings.ts'
import { languageModels, type Models } from './language-models.ts'
import type { AgentOptions, AgentTool, MastraAgent } from './mastra-agent.ts'
import { fromMcp } from './mcp-tool.ts'
import { namingOutput } from './named-output.ts'
import { fromSubAgent } from './sub-agent-tool.ts'
import { toolRecord } from './tool-key.ts'

/** The options of {@link mastraAgents}. */
export interface MastraOptions {
  readonly models: Models
  /** Default: none. */
  readonly tools?: Tools<AgentTool>
  /** `mcpServers({ … })` of `rekindle/mcp`, for configs with MCP servers. */
  readonly mcp?: McpConnections
  /** Gives the secrets for `{ "$secret": name }` in tool options and provider options. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /** Given to every agent besides what its config says; the config's own settings win. */
  readonly agentSettings?: SharedSettings
  /** Default: that of `agentSettings.mastra`; without one, none, where Mastra itself would write model errors to the console. */
  readonly logger?: IMastraLogger
}

/** For `createAgentCache({ ...mastraAgents({ models, tools }), loadConfig, … })`. */
export type MastraAgents = FrameworkAgents<MastraAgent>

/**
 * Makes agents of Mastra (`@mastra/core` 1) from {@link AgentConfig}s. Models and plain tools are made once and shared by all
 * agents, which leaves a few microseconds for making one. The registries are read once, here.
 *
 * What a config says becomes the agent's default options, so `agent.generate(prompt, options)` needs none, and may still have
 * its own. Agents have no memory, unless `agentSettings` brings one; then only the agent that is asked is in the thread, not those
 * that work for it. Nothing leaves the process but calls of models and tools: what is traced is up to `agentSettings.mastra`.
 *
 * Throws {@link InvalidOptionsError} if `models` or `tools` are not what they should be. `createAgent` rejects with
 * {@link UnknownModelError}, {@link UnknownToolError}, {@link UnresolvedSecretError} and, for a config with hand-offs, with
 * options for a tool that takes none, with two tools that Mastra would give one name, or with MCP servers when there is no
 * `mcp`, {@link UnsupportedConfigError}; what the application's own functions throw passes through unchanged. A `reasoning` that
 * cannot reach the model, and a temperature that Mastra would keep from it, make a `config-ignored` event. `disposeAgent` closes
 * the tools that were made for the agent.
 */
export function mastraAgents(options: MastraOptions): MastraAgents {
  const { models, tools = {}, mcp, resolveSecret, agentSettings = {}, logger } = options
  const { defaultOptions, ...shared } = agentSettings
  const primitives = { logger: logger ?? agentSettings.mastra?.getLogger() ?? noopLogger }
  const modelOf = languageModels(models)
  const registry = new ToolRegistry(tools, resolveSecret)
  const sharedFromMcp = eachOnce(fromMcp)
  const namingOutputOf = eachOnce(namingOutput)

  async function make(definition: AgentDefinition, path: string, modelId: string, name: string, making: Making) {
    refuseHandoffs(definition.handoffs, path, 'Mastra')
    const model = await modelOf(modelId)
    const sources: ToolSources<AgentTool> = {
      registry,
      mcp,
      fromMcp: sharedFromMcp,
      fromSubAgent: async (subName, agent, where) =>
        fromSubAgent(subName, await make(agent, where, agent.model ?? modelId, subName, making), agent),
    }
    const given = await toolsOf(definition, path, sources, making)
    const agent: MastraAgent = new Agent({
      ...shared,
      id: name,
      name,
      instructions: definition.instructions ?? '',
      // Today's AI SDK says more of its models than Mastra's types know; what Mastra calls of them is there.
      model: (definition.outputSchema === undefined ? model : namingOutputOf(model)) as AgentOptions['model'],
      tools: toolRecord(given),
      defaultOptions: await defaultOptionsOf(definition, path, { model, tools: given }, defaultOptions, making, resolveSecret),
    })
    // Not `__setLogger`, which does not reach what Mastra makes for each run.
    agent.__registerPrimitives(primitives)
    return agent
  }

  return frameworkAgents((config: AgentConfig, making) => make(config, '$', config.model, making.key.agentId ?? 'agent', making))
}
