import { join } from 'node:path'
import { vi } from 'vitest'
import type { AgentConfig, JsonObject, McpServerConfig } from '../../src/agent-config/index.ts'
import type { McpServers, McpTool, McpToolResult } from '../../src/mcp/index.ts'

export const poll: { readonly timeout: number; readonly interval: number } = { timeout: 10_000, interval: 5 }

/** An agent whose only server is called `s`. */
export function configOf(server: McpServerConfig): AgentConfig {
  return { version: 1, model: 'test:model', mcpServers: { s: server } }
}

export async function described(mcp: McpServers, server: McpServerConfig): Promise<McpServerConfig> {
  return (await mcp.describeServers(configOf(server))).mcpServers!['s']!
}

/** What an agent holds of a server `s`. */
export interface Held extends AsyncDisposable {
  readonly tools: readonly McpTool[]
  call(tool: string, input?: JsonObject, signal?: AbortSignal): Promise<McpToolResult>
}

/** As an adapter does it. A server that has no `tools` is described before. */
export async function hold(mcp: McpServers, server: McpServerConfig): Promise<Held> {
  const open = await mcp.open({ s: server.tools === undefined ? await described(mcp, server) : server }, '$.mcpServers')
  return {
    tools: open.tools,
    call: (tool, input = {}, signal) => open.tools.find(({ definition }) => definition.name === tool)!.call(input, { signal }),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  }
}

/** What the test's own servers answer with. */
export function answerOf({ content: [first] }: McpToolResult): { [name: string]: unknown } {
  return JSON.parse((first as { text: string }).text) as { [name: string]: unknown }
}

/** The message of a rejection. */
export async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  )
}

/** The test's own stdio server. */
export function localServer(...args: string[]): { readonly command: string; readonly args: readonly string[] } {
  return { command: process.execPath, args: [join(import.meta.dirname, 'stdio-server.ts'), ...args] }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

export async function gone(pid: number): Promise<void> {
  await vi.waitUntil(() => !isAlive(pid), poll)
}
