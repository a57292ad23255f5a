import type { AgentDefinition, SubAgentConfig } from '../agent-config/agent-config.ts'
import { UnsupportedConfigError } from '../errors.ts'
import type { Making } from './framework-agents.ts'
import type { McpConnections, McpTool } from './mcp-connections.ts'
import { assertDistinct, type NamedTool } from './named-tool.ts'
import type { ToolRegistry } from './tool-registry.ts'

/** Where an adapter gets an agent's tools from, and how it turns them into its framework's. */
export interface ToolSources<Tool extends object> {
  readonly registry: ToolRegistry<Tool>
  readonly mcp: McpConnections | undefined
  fromMcp(tool: McpTool): Tool
  fromSubAgent(name: string, agent: SubAgentConfig, path: string): Promise<Tool>
}

/**
 * All tools of the agent described at `path`: its own, those of its MCP servers, its sub-agents; each in the order of the
 * config, which is the same on every worker, so that the provider's prompt cache keeps hitting.
 */
export async function toolsOf<Tool extends object>(
  definition: AgentDefinition,
  path: string,
  sources: ToolSources<Tool>,
  making: Making,
): Promise<NamedTool<Tool>[]> {
  const { tools: references = [], mcpServers = {}, subAgents = {} } = definition
  const tools = await sources.registry.make(references, `${path}.tools`, making)
  for (const tool of await mcpTools(mcpServers, `${path}.mcpServers`, sources.mcp, making)) {
    tools.push({ name: tool.name, path: `${path}.mcpServers.${tool.server}`, tool: sources.fromMcp(tool) })
  }
  for (const [name, agent] of Object.entries(subAgents)) {
    const where = `${path}.subAgents.${name}`
    tools.push({ name, path: where, tool: await sources.fromSubAgent(name, agent, where) })
  }
  assertDistinct(tools)
  return tools
}

async function mcpTools(
  servers: NonNullable<AgentDefinition['mcpServers']>,
  path: string,
  mcp: McpConnections | undefined,
  making: Making,
): Promise<readonly McpTool[]> {
  const [first] = Object.keys(servers)
  if (first === undefined) return []
  if (mcp === undefined) {
    throw new UnsupportedConfigError(
      `${path}.${first}`,
      "nothing here reaches MCP servers, and without its tools this would be another agent. Give the adapter mcp: mcpServers() of 'rekindle/mcp'.",
    )
  }
  const open = await mcp.open(servers, path)
  making.closeLater(open)
  return open.tools
}
