import { hash } from 'node:crypto'
import type { McpToolDefinition } from '../agent-config/agent-config.ts'
import { shown } from '../errors.ts'
import { Failure } from './failure.ts'

/** More are no agent's tools, but a server that does not come to an end. */
const maxPages = 100
const maxTools = 10_000

/** Gives one page of `tools/list`, as the server wrote it. */
type FetchPage = (cursor: string | undefined) => Promise<unknown>

/**
 * All tools of a server, by name, whatever order it answers in: equal configs are to have equal bytes. Fields that this library
 * does not know are kept. Rejects with a {@link Failure} if the list is not what the protocol says, or does not end.
 */
export async function listTools(fetchPage: FetchPage): Promise<McpToolDefinition[]> {
  const tools = new Map<string, McpToolDefinition>()
  let cursor: string | undefined
  for (let page = 0; page < maxPages; page++) {
    const { tools: listed, nextCursor } = readPage(await fetchPage(cursor))
    for (const tool of listed) {
      if (tools.has(tool.name)) throw new Failure(`lists the tool ${shown(tool.name)} twice.`)
      tools.set(tool.name, tool)
    }
    if (tools.size > maxTools) throw new Failure(`lists more than ${maxTools} tools.`)
    if (nextCursor === undefined) return [...tools.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
    cursor = nextCursor
  }
  throw new Failure(`lists its tools on more than ${maxPages} pages.`)
}

function readPage(page: unknown): { tools: McpToolDefinition[]; nextCursor: string | undefined } {
  const { tools, nextCursor } = Object(page) as { tools?: unknown; nextCursor?: unknown }
  if (!Array.isArray(tools)) throw new Failure('answered tools/list without a list of tools.')
  const odd = tools.findIndex((tool) => !isDefinition(tool))
  if (odd !== -1)
    throw new Failure(
      `described a tool (number ${odd} of a page) without a name, an input schema, or a description that is a text.`,
    )
  return { tools: tools as McpToolDefinition[], nextCursor: typeof nextCursor === 'string' ? nextCursor : undefined }
}

function isDefinition(tool: unknown): tool is McpToolDefinition {
  const { name, description = '', inputSchema } = Object(tool) as { name?: unknown; description?: unknown; inputSchema?: unknown }
  const named = typeof name === 'string' && /^./u.test(name) && typeof description === 'string'
  return named && typeof inputSchema === 'object' && inputSchema !== null && !Array.isArray(inputSchema)
}

/** Tells whether two lists are the same. */
export function fingerprintOfTools(tools: readonly McpToolDefinition[]): string {
  return hash('sha256', JSON.stringify(tools), 'base64url')
}
