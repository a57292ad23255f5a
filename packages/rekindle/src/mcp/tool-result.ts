import type { JSONRPCMessage } from '@modelcontextprotocol/client'
import type { McpContent, McpToolResult } from '../adapters/mcp-connections.ts'
import type { JsonObject } from '../agent-config/json-value.ts'

const knownTypes: ReadonlySet<unknown> = new Set<McpContent['type']>(['text', 'image', 'audio', 'resource', 'resource_link'])

/**
 * Writes what a later version of the protocol may put into a result as text, in the message itself: the SDK would refuse the
 * whole result.
 */
export function tolerateForeignContent(message: JSONRPCMessage): void {
  if (!('result' in message)) return
  const { content } = message.result as { content?: unknown }
  if (!Array.isArray(content)) return
  for (const [index, block] of content.entries()) {
    const type: unknown = Object(block).type
    if (typeof type === 'string' && !knownTypes.has(type)) content[index] = { type: 'text', text: jsonOf(block) }
  }
}

/** What the SDK has checked, in this library's words. */
export function readResult({ content, structuredContent, isError }: SdkResult): McpToolResult {
  return {
    content: content as readonly McpContent[],
    ...(isObject(structuredContent) && { structuredContent }),
    ...(isError !== undefined && { isError }),
  }
}

interface SdkResult {
  readonly content: readonly object[]
  readonly structuredContent?: unknown
  readonly isError?: boolean | undefined
}

/** Later versions of the protocol allow any JSON; frameworks take objects only. */
function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What is nested more deeply than the stack allows can be read, but not written. */
function jsonOf(block: unknown): string {
  try {
    return JSON.stringify(block)
  } catch {
    return '[content that is nested too deeply]'
  }
}
