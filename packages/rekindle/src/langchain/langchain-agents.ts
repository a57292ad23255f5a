import { SystemMessage } from '@langchain/core/messages'
import { type AgentTypeConfig, createAgent, type CreateAgentParams } from 'langchain'
import type { AgentConfig, AgentDefinition } from '../agent-config/agent-config.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import { toolsOf, type ToolSources } from '../adapters/agent-tools.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { type FrameworkAgents, frameworkAgents, type Making } from '../adapters/framework-agents.ts'
import type { McpConnections } from '../adapters/mcp-connections.ts'
import { refuseHandoffs } from '../adapters/sub-agents.ts'
import { ToolRegistry, type Tools } from '../adapters/tool-registry.ts'
import { chatModels, type Models } from './chat-models.ts'
import type { AgentTool, LangChainAgent } from './langchain-agent.ts'
import { fromMcp } from './mcp-tool.ts'
import { modelCalls, stepLimitOf, withStepLimit } from './model-calls.ts'
import { responseFormatOf } from './response-format.ts'
import { fromSubAgent } from './sub-agent-tool.ts'

/** What the config alone decides. */
type Decided = 'model' | 'tools' | 'systemPrompt' | 'responseFormat'

/**
 * What no JSON can say about an agent: `middleware`, `contextSchema`, `streamTransformers`, … An agent is shared by all its
 * users: a `checkpointer` given here keeps their conversations apart by the `thread_id` of each run, and by nothing else.
 */
export type SharedSettings = Omit<
  CreateAgentParams<Record<string, unknown>, AgentTypeConfig['State'], AgentTypeConfig['Context']>,
  Decided
>

/** The options of {@link langChainAgents}. */
export interface LangChainOptions {
  readonly models: Models
  /** By their own names, but for those that the provider runs. Default: none. */
  readonly tools?: Tools<AgentTool>
  /** `mcpServers({ … })` of `rekindle/mcp`, for configs with MCP servers. */
  readonly mcp?: McpConnections
  /** Gives the secrets for `{ "$secret": name }` in tool options and provider options. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /** Given to every agent besides what its config says, which wins: it comes after the middleware given here. */
  readonly agentSettings?: SharedSettings
}

/** For `createAgentCache({ ...langChainAgents({ models, tools }), loadConfig, … })`. */
export type LangChainAgents = FrameworkAgents<LangChainAgent>

/**
 * Makes agents of LangChain (`createAgent` of `langchain` 1) from {@link AgentConfig}s. Models and plain tools are made once and
 * shared by all agents, which leaves what `createAgent` itself takes. The registries are read once, here. What is traced, and
 * where to, is left to the application: LangChain itself sends traces only where `LANGSMITH_TRACING` says so.
 *
 * After `maxSteps` model calls a run ends with what there is and a last message that says so, like that of LangChain's
 * `modelCallLimitMiddleware`; data that `outputSchema` describes is then missing.
 *
 * Throws {@link InvalidOptionsError} if `models` or `tools` are not what they should be. `createAgent` rejects with
 * {@link UnknownModelError}, {@link UnknownToolError}, {@link UnresolvedSecretError} and, for a config with hand-offs, with
 * options for a tool that takes none, with two tools of one name, or with MCP servers when there is no `mcp`,
 * {@link UnsupportedConfigError}; what the application's own functions throw passes through unchanged. Each setting, and a
 * `reasoning`, that what makes the model does not look at is named by a `config-ignored` event. `disposeAgent` closes the tools
 * that were made for the agent.
 */
export function langChainAgents({ models, tools = {}, mcp, resolveSecret, agentSettings }: LangChainOptions): LangChainAgents {
  const modelFor = chatModels(models, resolveSecret)
  const registry = new ToolRegistry<AgentTool>(tools, resolveSecret, nameOf)
  const sharedFromMcp = eachOnce(fromMcp)
  // The type of an agent with further state or context would be another one; to the agents it makes no difference.
  const shared = { ...agentSettings } as Omit<CreateAgentParams, Decided>

  async function make(definition: AgentDefinition, path: string, modelId: string, making: Making): Promise<LangChainAgent> {
    refuseHandoffs(definition.handoffs, path, 'LangChain')
    const model = await modelFor(modelId, definition, path, making)
    const sources: ToolSources<AgentTool> = {
      registry,
      mcp,
      fromMcp: sharedFromMcp,
      fromSubAgent: async (name, agent, where) =>
        fromSubAgent(
          name,
          agent,
          await make(agent, where, agent.model ?? modelId, making),
          stepLimitOf(agent.maxSteps, shared.middleware ?? []),
        ),
    }
    const given = await toolsOf(definition, path, sources, making)
    const { instructions, maxSteps, outputSchema } = definition
    const own = modelCalls(definition, given, path)
    const { middleware = [] } = shared
    const agent = createAgent({
      ...shared,
      model,
      tools: given.map(({ tool }) => tool),
      middleware: own === undefined ? middleware : [...middleware, own],
      // As a message: LangChain would make a list of parts of a text, which not every server takes.
      ...(instructions !== undefined && { systemPrompt: new SystemMessage(instructions) }),
      ...(outputSchema !== undefined && { responseFormat: responseFormatOf(outputSchema, model, given, path) }),
    })
    return withStepLimit(agent, stepLimitOf(maxSteps, middleware))
  }

  return frameworkAgents((config: AgentConfig, making) => make(config, '$', config.model, making))
}

/** A tool that the provider runs need not have a name. */
function nameOf({ name }: AgentTool): string | undefined {
  return typeof name === 'string' ? name : undefined
}
