import type { CreateContext } from 'rekindle'
import type { AgentConfig } from 'rekindle/agent-config'
import type { McpServers } from 'rekindle/mcp'

/** One framework, as its own documentation uses it and as Rekindle does. */
export interface FrameworkCase {
  /** All that a request needs, made for it: model client, ten tools, agent. */
  naive(): object
  /** Nothing but the framework's agent: model and tools are there already. */
  bare(): object
  /** What is spread into `createAgentCache`. */
  adapter(mcp: McpServers | undefined): Adapter
}

interface Adapter {
  createAgent(config: AgentConfig, key: object, context: CreateContext): Promise<object>
  disposeAgent(agent: object): Promise<void>
}

/** Nobody answers there: no model is called. */
export const baseURL = 'http://127.0.0.1:9/v1'

export const toolNames: readonly string[] = Array.from({ length: 10 }, (_, index) => `tool_${index}`)

export const instructions =
  'Answer the customer in their own language and never promise a refund before policy allows it. '.repeat(20)

export const sampleConfig: AgentConfig = {
  version: 1,
  model: 'local:sample',
  instructions,
  settings: { temperature: 0.2, maxOutputTokens: 2048 },
  maxSteps: 8,
  tools: toolNames,
}
