import { Agent, type Handoff, handoff, type JsonSchemaDefinition } from '@openai/agents'
import type { AgentConfig, AgentDefinition, SubAgentConfig } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import { toolsOf, type ToolSources } from '../adapters/agent-tools.ts'
import { eachOnce } from '../adapters/each-once.ts'
import { type FrameworkAgents, frameworkAgents, type Making } from '../adapters/framework-agents.ts'
import type { McpConnections } from '../adapters/mcp-connections.ts'
import { assertDistinct, type NamedTool } from '../adapters/named-tool.ts'
import { isStrict, outputName } from '../adapters/output-schema.ts'
import { ToolRegistry, type Tools } from '../adapters/tool-registry.ts'
import { agentModels, type Models } from './agent-models.ts'
import { merged, modelSettingsOf, type SharedSettings } from './agent-settings.ts'
import { fromMcp } from './mcp-tool.ts'
import type { AgentTool, OpenAiAgent } from './openai-agent.ts'
import { limitSteps } from './run.ts'
import { fromSubAgent } from './sub-agent-tool.ts'

/** The options of {@link openAiAgents}. */
export interface OpenAiAgentsOptions<Context = unknown> {
  readonly models: Models
  /** By the names that the tools themselves have. Default: none. */
  readonly tools?: Tools<AgentTool<Context>>
  /** `mcpServers({ … })` of `rekindle/mcp`, for configs with MCP servers. */
  readonly mcp?: McpConnections
  /** Gives the secrets for `{ "$secret": name }` in tool options and provider options. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /** Given to every agent besides what its config says; the config's own settings win. */
  readonly agentSettings?: SharedSettings<Context>
}

/** For `createAgentCache({ ...openAiAgents({ models, tools }), loadConfig, … })`. */
export type OpenAiAgents<Context = unknown> = FrameworkAgents<OpenAiAgent<Context>>

type Definition = AgentDefinition | SubAgentConfig

type OutputType = OpenAiAgent['outputType']

/** Where in the config an agent stands, and what it is called. */
interface Place {
  readonly path: string
  readonly name: string
  readonly model: string
}

/**
 * Makes agents of the OpenAI Agents SDK (`@openai/agents`) from {@link AgentConfig}s. Models and plain tools are made once and
 * shared by all agents, which leaves a few microseconds for making one. The registries are read once, here.
 *
 * Run them with {@link run} of this module. The SDK keeps the limit of model calls with the run, so its own `run` makes up to ten
 * whatever `maxSteps` says; and it may send what is said to OpenAI, as a trace.
 *
 * Throws {@link InvalidOptionsError} if `models` or `tools` are not what they should be. `createAgent` rejects with
 * {@link UnknownModelError}, {@link UnknownToolError}, {@link UnresolvedSecretError} and, for a config with options for a tool
 * that takes none, with MCP servers when there is no `mcp`, or of which two tools would have one name,
 * {@link UnsupportedConfigError}; what the application's own functions throw passes through unchanged. Settings that cannot
 * reach the model make `config-ignored` events: `topK` always, `maxRetries` unless the model is that of a `{ baseURL }`, and
 * those that the Responses API does not know. `disposeAgent` closes the tools that were made for the agent.
 */
export function openAiAgents<Context = unknown>(options: OpenAiAgentsOptions<Context>): OpenAiAgents<Context> {
  const { models, tools = {}, mcp, resolveSecret, agentSettings = {} } = options
  const modelOf = agentModels(models)
  const registry = new ToolRegistry(tools, resolveSecret, ({ name }) => name)
  const sharedFromMcp = eachOnce(fromMcp<Context>)

  async function make(definition: Definition, { path, name, model: id }: Place, making: Making): Promise<OpenAiAgent<Context>> {
    const within = (field: 'subAgents' | 'handoffs', other: string, agent: SubAgentConfig) =>
      make(agent, { path: `${path}.${field}.${other}`, name: other, model: agent.model ?? id }, making)

    const model = await modelOf(id, definition.settings?.maxRetries)
    const sources: ToolSources<AgentTool<Context>> = {
      registry,
      mcp,
      fromMcp: sharedFromMcp,
      fromSubAgent: async (other, agent) => fromSubAgent(await within('subAgents', other, agent), agent),
    }
    const given = await toolsOf(definition, path, sources, making)
    const handoffs: Handoff<Context, OutputType>[] = []
    for (const [other, agent] of Object.entries(definition.handoffs ?? {})) {
      handoffs.push(handoff(await within('handoffs', other, agent)))
      if (agent.maxSteps !== undefined) making.ignored(`${path}.handoffs.${other}.maxSteps`, handedOn)
    }
    assertDistinct([...given.map(asCalled), ...handoffs.map((to) => leaving(to, path))])

    const own = await modelSettingsOf(definition, path, { model, tools: given }, making, resolveSecret)
    return new Agent<Context, OutputType>({
      ...agentSettings,
      ...described(definition),
      name,
      model: model.model,
      modelSettings: merged(agentSettings.modelSettings, own),
      tools: given.map(({ tool }) => tool),
      handoffs,
    })
  }

  return frameworkAgents(async (config: AgentConfig, making) => {
    const { agentId = '' } = making.key
    // The SDK wants a name; the model of this agent does not see it.
    const agent = await make(config, { path: '$', name: agentId.trim() === '' ? 'agent' : agentId, model: config.model }, making)
    if (config.maxSteps !== undefined) limitSteps(agent, config.maxSteps)
    return agent
  })
}

const handedOn = 'a run that is handed on keeps the limit of the agent it began with. Write it there.'

/** What the config says of an agent, besides its model and tools. */
function described(definition: Definition) {
  const { instructions, outputSchema } = definition
  return {
    ...(instructions !== undefined && { instructions }),
    ...(outputSchema !== undefined && { outputType: outputTypeOf(outputSchema) }),
    ...('description' in definition && { handoffDescription: definition.description }),
    // Agents of one config may answer differently: that is what it says.
    handoffOutputTypeWarningEnabled: false,
  }
}

function outputTypeOf(schema: JsonObject): JsonSchemaDefinition {
  return {
    type: 'json_schema',
    name: outputName(schema),
    strict: isStrict(schema),
    // The SDK's type knows only the objects that its own tools take; it hands on whatever it is given.
    schema: schema as unknown as JsonSchemaDefinition['schema'],
  }
}

/** The SDK gives agents names that every provider takes: of 'tax adviser' and 'tax-adviser' it makes one. */
function asCalled({ path, tool }: NamedTool<{ readonly name: string }>): NamedTool<unknown> {
  return { name: tool.name, path, tool }
}

function leaving(to: Pick<Handoff, 'toolName' | 'agentName'>, path: string): NamedTool<unknown> {
  return { name: to.toolName, path: `${path}.handoffs.${to.agentName}`, tool: to }
}
