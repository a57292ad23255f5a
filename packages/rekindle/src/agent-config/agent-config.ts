import type { JsonObject, JsonValue } from './json-value.ts'
import type { ReasoningLevel } from './reasoning-level.ts'
import type { SecretReference } from './secret-reference.ts'

/**
 * An agent as plain JSON: what `loadConfig` returns, the store keeps and every adapter's `createAgent` reads. It describes the
 * agent completely, so that two agents of one config (one `lease.fingerprint`) behave alike on every worker. Code and secrets
 * stay outside: tools are named, secrets referred to.
 */
export interface AgentConfig extends AgentDefinition {
  /** The version of this shape: required, so that a record tells by itself which reader it was written for. */
  readonly version: 1
  /** `'provider:id'`, split on the first colon: `'openai:gpt-5'`, `'bedrock:anthropic.claude-v2:1'`. */
  readonly model: string
  /** What people and programs want to know about the agent (its title, owner, …). No adapter reads it. */
  readonly metadata?: JsonObject
  /** What the application's own code, or a framework this shape does not know, needs to make the agent. */
  readonly extensions?: JsonObject
}

/** What an agent and the agents it works with are described by. */
export interface AgentDefinition {
  /** The system prompt. */
  readonly instructions?: string
  readonly settings?: AgentSettings
  /**
   * How much the agent reasons. `'default'`, like nothing, leaves it to the model.
   *
   * This alone counts. The key's `reasoning` is what a request asks for, and adapters do not look at it: `loadConfig` decides
   * what the agent makes of it, usually by `reasoning: reasoningLevel(key.reasoning)`.
   */
  readonly reasoning?: ReasoningLevel
  /** Model calls in one run, at most. Default: the framework's own. */
  readonly maxSteps?: number
  /** JSON Schema of the answer, for agents that answer with data. Its `title` names it to the model. Default: the answer is text. */
  readonly outputSchema?: JsonObject
  /** In the order in which the model gets to see them; each name once. */
  readonly tools?: readonly ToolReference[]
  /** Tool servers by name, as other programs write them. */
  readonly mcpServers?: { readonly [name: string]: McpServerConfig }
  /** Agents this one may ask, by name. Each is a tool to it: it gets a task and gives back its answer. */
  readonly subAgents?: { readonly [name: string]: SubAgentConfig }
  /** Agents this one may leave the conversation to, by name. From then on they answer in its place. */
  readonly handoffs?: { readonly [name: string]: SubAgentConfig }
}

/** An agent that another one works with. */
export interface SubAgentConfig extends AgentDefinition {
  /** What it is good for: what the model that may turn to it goes by. */
  readonly description: string
  /** Default: the model of the agent it works for. */
  readonly model?: string
}

/** How the model is called. What is left out is left to the model and its provider. */
export interface AgentSettings {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly maxOutputTokens?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly stopSequences?: readonly string[]
  readonly seed?: number
  /** How often a failed model call is repeated. */
  readonly maxRetries?: number
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly tool: string }
  /** Settings that only one provider knows, by the provider's name. */
  readonly providerOptions?: { readonly [provider: string]: JsonObject }
}

/** A tool's name in the application's registry, with options if it takes any. */
export type ToolReference = string | { readonly name: string; readonly options?: JsonObject }

/** A tool server: started as a child process (`command`) or reached over HTTP (`url`). */
export type McpServerConfig = LocalMcpServer | RemoteMcpServer

/** An MCP server that runs as a child process and talks over its standard input and output. */
export interface LocalMcpServer extends McpServer {
  readonly type?: 'stdio'
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: { readonly [name: string]: string | SecretReference }
  readonly cwd?: string
}

/** An MCP server that is reached over HTTP: streamable HTTP unless `type` is `'sse'`. */
export interface RemoteMcpServer extends McpServer {
  readonly type?: 'http' | 'sse'
  readonly url: string
  readonly headers?: { readonly [name: string]: string | SecretReference }
}

interface McpServer {
  /**
   * What the server answered to `tools/list`, so that the agent can be made without asking it again; `describeServers` of
   * `rekindle/mcp` puts it here. The agent has these tools and no others: leave out those it is not to have.
   */
  readonly tools?: readonly McpToolDefinition[]
  /** Of the whole list that the server gave, whatever was left out of `tools`: a server that has changed since gives another. */
  readonly toolsFingerprint?: string
  /** The server as it was when it gave them. */
  readonly serverInfo?: { readonly name: string; readonly version: string }
}

/** One tool as the server describes it. Fields that later versions of the protocol add are kept. */
export interface McpToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema. */
  readonly inputSchema: JsonObject
  readonly [field: string]: JsonValue
}
