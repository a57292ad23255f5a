import { dynamicTool, jsonSchema } from 'ai'
import type { JsonObject } from '../agent-config/json-value.ts'
import {
  type McpContent,
  type McpTool,
  type McpToolResult,
  textOfMcpContent,
  textOfMcpResult,
} from '../adapters/mcp-connections.ts'
import type { AgentTool } from './ai-sdk-agent.ts'
import { isAi7 } from './ai-version.ts'

type ToModelOutput = NonNullable<Parameters<typeof dynamicTool>[0]['toModelOutput']>
type ModelOutput = Awaited<ReturnType<ToModelOutput>>
type ModelContent = (ModelOutput & { type: 'content' })['value'][number]

/** A tool of an MCP server as one of the AI SDK. Its output is the server's result; the model gets to see pictures as such. */
export function fromMcp(tool: McpTool): AgentTool {
  const { description, inputSchema } = tool.definition
  return dynamicTool({
    ...(description !== undefined && { description }),
    inputSchema: jsonSchema<unknown>(inputSchema),
    execute: (input, { abortSignal }) => tool.call(input as JsonObject, { signal: abortSignal }),
    toModelOutput: ({ output }) => modelOutputOf(output as McpToolResult),
  })
}

function modelOutputOf(result: McpToolResult): ModelOutput {
  const { content, isError = false } = result
  if (isError) return { type: 'error-text', value: textOfMcpResult(result) }
  if (content.every(({ type }) => type !== 'image' && type !== 'audio')) return { type: 'text', value: textOfMcpResult(result) }
  return { type: 'content', value: content.map(contentOf) }
}

function contentOf(content: McpContent): ModelContent {
  if (content.type !== 'image' && content.type !== 'audio') return { type: 'text', text: textOfMcpContent(content) }
  const { data, mimeType: mediaType } = content
  // `ai` 6 knows only the old forms, `ai` 7 warns of them.
  if (isAi7) return { type: 'file', mediaType, data: { type: 'data', data } }
  return { type: content.type === 'image' ? 'image-data' : 'file-data', mediaType, data }
}
