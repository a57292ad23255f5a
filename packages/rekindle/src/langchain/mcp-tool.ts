import { type ContentBlock, ToolMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import type { JsonObject } from '../agent-config/json-value.ts'
import {
  type McpContent,
  type McpTool,
  type McpToolResult,
  textOfMcpContent,
  textOfMcpResult,
} from '../adapters/mcp-connections.ts'
import type { AgentTool } from './langchain-agent.ts'

/** A tool of an MCP server as one of LangChain. The message that it gives holds the server's result as its `artifact`. */
export function fromMcp(mcp: McpTool): AgentTool {
  const { name, definition } = mcp
  const { description, inputSchema } = definition
  return tool(
    async (input: JsonObject, config) => {
      const result = await mcp.call(input, { signal: config.signal })
      return new ToolMessage({
        name,
        tool_call_id: config.toolCall?.id ?? '',
        status: result.isError === true ? 'error' : 'success',
        content: contentOf(result),
        artifact: result,
      })
    },
    // A copy, since LangChain's validator leaves marks in schemas, and those of a config are frozen.
    { name, schema: structuredClone(inputSchema), ...(description !== undefined && { description }) },
  )
}

function contentOf(result: McpToolResult) {
  if (result.content.every(({ type }) => type !== 'image')) return textOfMcpResult(result)
  return result.content.map(blockOf)
}

/** The form of a picture that the models of all providers understand. */
function blockOf(content: McpContent): ContentBlock {
  if (content.type !== 'image') return { type: 'text', text: textOfMcpContent(content) }
  return { type: 'image_url', image_url: { url: `data:${content.mimeType};base64,${content.data}` } }
}
