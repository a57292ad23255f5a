import type { McpConnections, McpTool } from '../../src/adapters/mcp-connections.ts'

/** MCP tools as configs list them, under their own names; all of them do what `call` does. */
export function listedTools(call: McpTool['call']): McpConnections {
  return {
    async open(servers) {
      const tools = Object.entries(servers).flatMap(([server, { tools: listed = [] }]) =>
        listed.map((definition): McpTool => ({ name: definition.name, server, definition, call })),
      )
      return { tools, [Symbol.asyncDispose]: async () => {} }
    },
  }
}
