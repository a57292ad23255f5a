import { createTool } from '@mastra/core/tools'
import type { JsonObject } from '../agent-config/json-value.ts'
import {
  type McpContent,
  type McpTool,
  type McpToolResult,
  textOfMcpContent,
  textOfMcpResult,
} from '../adapters/mcp-connections.ts'
import { asGiven } from './json-schema.ts'
import type { AgentTool } from './mastra-agent.ts'

/**
 * A tool of an MCP server as one of Mastra. Its output is the server's result; the model gets to see pictures as such, if it can.
 * Of its schema Mastra changes one thing: properties that may be anything are said to be anything but a list.
 */
export function fromMcp(tool: McpTool): AgentTool {
  const { description = '', inputSchema } = tool.definition
  return createTool({
    // Whatever Mastra finds by an id of `agent-…` or `workflow-…` gets parameters of its own.
    id: `mcp:${tool.server}:${tool.definition.name}`,
    description,
    // The server checks what it is sent.
    inputSchema: asGiven(inputSchema, (value) => ({ value })),
    // Otherwise schemas for OpenAI's models are rewritten: what is optional would have to be given, as null.
    strict: false,
    execute: (input, context) => tool.call(input as JsonObject, { signal: context.abortSignal }),
    toModelOutput: (output) => modelOutputOf(output as McpToolResult),
  })
}

function modelOutputOf(result: McpToolResult) {
  const { content, isError = false } = result
  if (isError) return { type: 'error-text', value: textOfMcpResult(result) }
  if (content.every(({ type }) => type !== 'image' && type !== 'audio')) return { type: 'text', value: textOfMcpResult(result) }
  return { type: 'content', value: content.map(contentOf) }
}

function contentOf(content: McpContent) {
  if (content.type !== 'image' && content.type !== 'audio') return { type: 'text', text: textOfMcpContent(content) }
  const { data, mimeType: mediaType } = content
  return { type: 'media', data, mediaType }
}
