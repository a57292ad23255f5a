import type { FastifyBaseLogger } from 'fastify'
import type { AgentConfig, McpServerConfig } from 'rekindle/agent-config'
import type { DescribeContext, McpConnections, McpServers } from 'rekindle/mcp'
import { RequestError } from '../problem.ts'
import type { LocalServers } from './local-servers.ts'
import type { ServerSetup } from './server-setup.ts'

/** A server that takes longer is none to wait for: the agents that need it cannot be made meanwhile. */
const connectTimeoutMs = 10_000

/** By their names. */
export type ServerSetups = Readonly<Record<string, ServerSetup>>
type DescribedServers = NonNullable<AgentConfig['mcpServers']>

export interface ToolServerParts {
  readonly local: LocalServers
  readonly environment: Readonly<Record<string, string | undefined>>
  /** A server offers other tools than it did: what depends on `tag` is to be made anew. */
  readonly onToolsChanged: (tag: string) => void | Promise<void>
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'info'>
}

/** The MCP servers that agents of this worker use. Loads what it takes to talk to them with the first agent that has one. */
export class ToolServers implements McpConnections {
  readonly #parts: ToolServerParts
  #servers: Promise<McpServers> | undefined

  constructor(parts: ToolServerParts) {
    this.#parts = parts
  }

  get localNames(): readonly string[] {
    return [...this.#parts.local.byName.keys()]
  }

  hasSecret(name: string): boolean {
    return Boolean(this.#parts.environment[variableOf(name)])
  }

  /**
   * The servers as an agent's config holds them, each with the tools it offers now. Rejects with the `RequestError`
   * `tools-unavailable` if one of them cannot be asked: an agent without its tools would be another agent.
   */
  async describe(setups: ServerSetups, context: DescribeContext): Promise<DescribedServers> {
    const servers = await this.#load()
    try {
      const mcpServers = Object.fromEntries(Object.entries(setups).map(([name, setup]) => [name, this.#configOf(name, setup)]))
      const described = await servers.describeServers({ version: 1, model: 'any:model', mcpServers }, context)
      return described.mcpServers ?? {}
    } catch (error) {
      context.signal?.throwIfAborted()
      throw error instanceof RequestError ? error : unavailable(error, Object.keys(setups))
    }
  }

  async open(...args: Parameters<McpConnections['open']>): ReturnType<McpConnections['open']> {
    return (await this.#load()).open(...args)
  }

  /** Ends all connections and programs. */
  async close(): Promise<void> {
    await (await this.#servers)?.close()
  }

  #configOf(name: string, setup: ServerSetup): McpServerConfig {
    if ('url' in setup) return setup
    const local = this.#parts.local.byName.get(setup.local)
    if (local !== undefined) return local
    throw unavailable(new Error(`This machine has no program called ${setup.local} in REKINDLE_LOCAL_MCP_SERVERS.`), [name])
  }

  #load(): Promise<McpServers> {
    this.#servers ??= this.#start()
    return this.#servers
  }

  async #start(): Promise<McpServers> {
    const { local, log, onToolsChanged } = this.#parts
    const { mcpServers } = await import('rekindle/mcp')
    return mcpServers({
      localServers: [...local.byName.values()],
      resolveSecret: (name) => this.#secret(name),
      connectTimeoutMs,
      clientInfo: { name: 'rekindle-server', version: '1' },
      async onToolsChanged({ server, tag }) {
        log.info({ server }, 'an MCP server offers other tools than it did')
        try {
          await onToolsChanged(tag)
        } catch (error) {
          log.warn({ err: error, server }, 'workers were not told that an MCP server offers other tools')
        }
      },
    })
  }

  #secret(name: string): string {
    const secret = this.#parts.local.secrets.get(name) ?? this.#parts.environment[variableOf(name)]
    if (secret) return secret
    throw new Error(`There is no ${variableOf(name)} in the environment.`)
  }
}

/** What is called so in configs. */
function variableOf(secret: string): string {
  return `REKINDLE_SECRET_${secret}`
}

function unavailable(cause: unknown, names: readonly string[]): RequestError {
  const message = `The agent cannot be prepared: not all of its MCP servers can be reached (${names.join(', ')}). Try again in a moment.`
  return new RequestError({ status: 503, code: 'tools-unavailable', message, retryAfterS: 5 }, { cause })
}
