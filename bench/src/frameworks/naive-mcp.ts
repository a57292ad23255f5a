import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import type { AgentConfig } from 'rekindle/agent-config'

/** What every framework does under its own names: connect to each server, list its tools, close. */
export async function connectListClose(servers: NonNullable<AgentConfig['mcpServers']>): Promise<void> {
  await Promise.all(
    Object.values(servers).map(async (server) => {
      const client = new Client({ name: 'bench', version: '1' })
      if ('command' in server) {
        await client.connect(
          new StdioClientTransport({ command: server.command, args: [...(server.args ?? [])], stderr: 'ignore' }),
        )
      } else {
        await client.connect(new StreamableHTTPClientTransport(new URL(server.url)))
      }
      await client.listTools()
      const { transport } = client
      if (transport instanceof StreamableHTTPClientTransport) await transport.terminateSession()
      await client.close()
    }),
  )
}
