/** `rekindle/mcp`: tools of MCP servers, described once for all workers; connections are made on the first call. */

export type {
  McpConnections,
  McpContent,
  McpResource,
  McpTool,
  McpToolResult,
  OpenMcpTools,
} from '../adapters/mcp-connections.ts'
export { McpServerError } from '../errors.ts'
export { type DescribeContext, type McpServers, mcpServers, type McpServersOptions } from './mcp-servers.ts'
export type { ToolsChanged } from './change-notices.ts'
