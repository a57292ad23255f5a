import { type JsonSchemaDefinition, tool, type ToolOutputImage, type ToolOutputText } from '@openai/agents'
import type { JsonObject } from '../agent-config/json-value.ts'
import { type McpTool, type McpToolResult, textOfMcpResult } from '../adapters/mcp-connections.ts'
import type { AgentTool } from './openai-agent.ts'

type ToolOutput = string | (ToolOutputText | ToolOutputImage)[]

type NonStrict = Extract<JsonSchemaDefinition['schema'], { readonly additionalProperties: true }>

/**
 * A tool of an MCP server as one of the Agents SDK. The SDK's own way, `mcpServers`, asks the servers for their tools at every
 * run, or keeps them for all servers of one name in the process; it also opens the schemas.
 */
export function fromMcp<Context>(mcp: McpTool): AgentTool<Context> {
  const { description = '', inputSchema } = mcp.definition
  const made = tool<NonStrict, Context, ToolOutput>({
    name: mcp.name,
    description,
    // In strict mode all that is optional would be required.
    strict: false,
    // The SDK's own words hide what is wrong and ask for another try, of what may have been carried out.
    errorFunction: (_context, error) => `Error: ${error instanceof Error ? error.message : String(error)}`,
    parameters: inputSchema as unknown as NonStrict,
    execute: async (input, _context, details) => outputOf(await mcp.call(input as JsonObject, { signal: details?.signal })),
  })
  // The SDK would have the model call 'find-user' by 'find_user'.
  return { ...made, name: mcp.name }
}

/** Not every model can be shown pictures by a tool; to those that cannot, the SDK gives the texts alone. */
function outputOf(result: McpToolResult): ToolOutput {
  const text = textOfMcpResult(result)
  const images = result.content.flatMap((content): ToolOutputImage[] =>
    content.type === 'image' ? [{ type: 'image', image: { data: content.data, mediaType: content.mimeType } }] : [],
  )
  return images.length === 0 ? text : [{ type: 'text', text }, ...images]
}
