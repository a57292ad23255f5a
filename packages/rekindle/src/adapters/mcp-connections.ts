import type { McpServerConfig, McpToolDefinition } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'

/** What adapters need of `rekindle/mcp`. */
export interface McpConnections {
  /**
   * The tools of the servers as the config describes them, by the names that a model is to call them. Asks no server anything:
   * a connection is made when a tool is first called, and shared by all that have the same server and credential. `path` is
   * where the servers stand in the config. Close what it gives when the agent goes.
   */
  open(servers: { readonly [name: string]: McpServerConfig }, path: string): Promise<OpenMcpTools>
}

/** The tools that one agent has of MCP servers. Dispose of them with the agent. */
export interface OpenMcpTools extends AsyncDisposable {
  /** In the order of the config: server by server, each with its tools as listed there. */
  readonly tools: readonly McpTool[]
}

/** A tool of an MCP server, for an adapter to turn into one of its framework. */
export interface McpTool {
  /** What the model calls it: no other MCP tool of the agent has this name, and every provider takes it. */
  readonly name: string
  /** The server's name in the config. */
  readonly server: string
  readonly definition: McpToolDefinition
  /**
   * Calls it on its server. What the tool itself reports as an error is a result, with `isError`. Rejects with
   * {@link McpServerError} if the server cannot be reached or does not answer as it should, and with the signal's reason.
   */
  call(input: JsonObject, options?: { readonly signal?: AbortSignal | undefined }): Promise<McpToolResult>
}

/** What a tool gave, as the protocol writes it. */
export interface McpToolResult {
  readonly content: readonly McpContent[]
  readonly structuredContent?: JsonObject
  readonly isError?: boolean
}

/** One piece of what a tool gave; `data` is base64. */
export type McpContent =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image' | 'audio'; readonly data: string; readonly mimeType: string }
  | { readonly type: 'resource'; readonly resource: McpResource }
  | { readonly type: 'resource_link'; readonly uri: string; readonly name: string; readonly mimeType?: string }

/** A resource of an MCP server with what is in it: `text`, or bytes as `blob`. */
export interface McpResource {
  readonly uri: string
  readonly mimeType?: string
  readonly text?: string
  /** Base64. */
  readonly blob?: string
}

/**
 * A result as text, for frameworks and models that take no other: images and sounds are named, not shown. Data without text is
 * written as JSON.
 */
export function textOfMcpResult({ content, structuredContent }: McpToolResult): string {
  if (content.length === 0 && structuredContent !== undefined) return JSON.stringify(structuredContent)
  return content.map(textOfMcpContent).join('\n')
}

/** One piece of a result as text. */
export function textOfMcpContent(content: McpContent): string {
  switch (content.type) {
    case 'text':
      return content.text
    case 'image':
    case 'audio':
      return `[${content.type}: ${content.mimeType}]`
    case 'resource':
      return content.resource.text ?? `[resource: ${content.resource.uri}]`
    case 'resource_link':
      return `[${content.name}: ${content.uri}]`
  }
}
