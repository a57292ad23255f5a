import { hash } from 'node:crypto'
import type { McpTool } from '../adapters/mcp-connections.ts'
import type { McpServerConfig, McpToolDefinition } from '../agent-config/agent-config.ts'
import { McpServerError } from '../errors.ts'
import { serverError } from './failure.ts'
import { tagOf } from './server-address.ts'
import type { SharedConnection } from './shared-connection.ts'
import { toolName } from './tool-name.ts'

/** A server with the tools that a config gives it. */
export type DescribedServer = McpServerConfig & { readonly tools: readonly McpToolDefinition[] }

/**
 * The tools of one server as one config has them, over one connection. All agents of that config hold the same objects, so
 * that what an adapter makes of them is made once.
 */
export class ToolSet {
  readonly server: string
  readonly tag: string
  /** Of the whole list that the tools were taken from, if that is known. */
  readonly fingerprint: string | undefined
  readonly tools: readonly McpTool[]
  holders = 0

  constructor(server: string, config: DescribedServer, connection: SharedConnection) {
    this.server = server
    this.tag = tagOf(config)
    this.fingerprint = config.toolsFingerprint
    this.tools = config.tools.map((definition) => ({
      name: toolName(server, definition.name),
      server,
      definition,
      call: async (input, { signal } = {}) => {
        signal?.throwIfAborted()
        if (this.holders === 0) throw new McpServerError(server, 'was asked for a tool by an agent that is gone.')
        try {
          return await connection.call(definition, input, signal)
        } catch (error) {
          signal?.throwIfAborted()
          throw serverError(server, error)
        }
      },
    }))
  }
}

/** Of servers in configs that nobody can change any more: hashed once, not for every agent. */
const contentKeys = new WeakMap<DescribedServer, string>()

/** Equal for two configs whose agents can have the same {@link ToolSet}. */
export function setKeyOf(server: string, config: DescribedServer): string {
  let key = contentKeys.get(config)
  if (key === undefined) {
    key = hash('sha256', JSON.stringify([tagOf(config), config.toolsFingerprint, config.tools]), 'base64url')
    // Of configs, only whole trees are frozen.
    if (Object.isFrozen(config)) contentKeys.set(config, key)
  }
  return `${key} ${server}`
}
