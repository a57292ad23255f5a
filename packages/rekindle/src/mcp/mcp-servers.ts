import { inspect } from 'node:util'
import type { McpConnections, OpenMcpTools } from '../adapters/mcp-connections.ts'
import type { AgentConfig, LocalMcpServer, McpServerConfig } from '../agent-config/agent-config.ts'
import type { ResolveSecret } from '../agent-config/secret-reference.ts'
import { type Clock, systemClock } from '../clock.ts'
import { InvalidOptionsError, McpServerError, UnsupportedConfigError } from '../errors.ts'
import { ChangeNotices, type ToolsChanged } from './change-notices.ts'
import { changeServers } from './config-servers.ts'
import { ConnectionPool, type Held } from './connection-pool.ts'
import type { ConnectionSettings } from './shared-connection.ts'
import { Descriptions } from './descriptions.ts'
import { serverError } from './failure.ts'
import { addressOf, tagOf, textOfServer } from './server-address.ts'
import type { DescribedServer } from './tool-set.ts'
import { untilAborted } from './waiting.ts'

/** A test compares it with that of the package. */
export const version = '0.1.0'

/** What a timer can wait for; of more, the SDK's would make a millisecond. */
const longestMs = 2 ** 31 - 1

/** The options of {@link mcpServers}. */
export interface McpServersOptions {
  /**
   * The stdio servers that a config may have: those listed here, as they stand in the config (its `tools` aside), or those for
   * which the function is true. A config may come from a store, and a command is code, as arguments and environment can be.
   * Default: none.
   */
  readonly localServers?: readonly LocalMcpServer[] | ((server: LocalMcpServer) => boolean)
  /** Gives the secrets for `{ "$secret": name }` in `env` and `headers`. Needed only by configs that have some. */
  readonly resolveSecret?: ResolveSecret
  /**
   * Called when a server offers other tools than a config says: it has said so itself, or it showed when a connection was
   * made. Usually `({ tag }) => agents.invalidate({ tags: [tag] })`. What it throws is dropped.
   */
  readonly onToolsChanged?: (change: ToolsChanged) => void | Promise<void>
  /** How long a connection is kept that nobody uses, while agents hold it. Default 300 000 (5 minutes). */
  readonly idleMs?: number
  /** What one call may take. Default 60 000. */
  readonly callTimeoutMs?: number
  /** What starting a server, or finding it, may take until it can be called. Default 30 000. */
  readonly connectTimeoutMs?: number
  /** What this application calls itself to servers. Default: `rekindle` and its version. */
  readonly clientInfo?: { readonly name: string; readonly version: string }
  /** Where the error output of stdio servers goes: `'inherit'`, to that of this process. Default `'ignore'`: it may hold secrets. */
  readonly stderr?: 'ignore' | 'inherit'
  /** For tests. */
  readonly clock?: Clock
}

/** Of `loadConfig`. */
export interface DescribeContext {
  readonly signal?: AbortSignal
  readonly tag?: (name: string) => void
}

/** Connections to MCP servers, shared by all agents of the process: for the option `mcp` of adapters, and for `loadConfig`. */
export interface McpServers extends McpConnections, AsyncDisposable {
  /**
   * For `loadConfig`: a copy of the config in which every MCP server, also of sub-agents and handoffs, has the `tools` it
   * offers, ordered by name, so that agents can be made without asking again. A server that has `tools` in the config keeps
   * them: the application has chosen. Names the dependency on each server by `tag`, so that a change of its tools can reach
   * all that were described before (see `onToolsChanged`).
   *
   * Rejects with {@link McpServerError} if a server cannot be asked, with {@link UnsupportedConfigError} for a stdio server that
   * `localServers` does not have, with {@link UnresolvedSecretError}, and with the reason
   * of an aborted `signal`. What `resolveSecret` throws passes through unchanged.
   */
  describeServers(config: AgentConfig, context?: DescribeContext): Promise<AgentConfig>
  /** Ends all connections and servers, whoever uses them. From then on everything is refused. */
  close(): Promise<void>
}

/**
 * Reaches MCP servers (stdio, streamable HTTP, and the older SSE) for all agents of the process. Needs
 * `@modelcontextprotocol/client` 2, which is loaded when a server is first talked to. Does no I/O. Throws
 * {@link InvalidOptionsError}.
 *
 * Agents with the same server and the same credential share one connection. It is made on the first call and ended with the
 * last agent; a credential that changes makes another. A call is sent again only if its server has certainly not seen it. No
 * stdio server is left behind by a process that ends, however it ends (on Windows, and where there is no `/bin/sh`, one that
 * goes on without its input can be).
 */
export function mcpServers(options: McpServersOptions = {}): McpServers {
  const {
    localServers = [],
    resolveSecret,
    onToolsChanged,
    idleMs = 300_000,
    callTimeoutMs = 60_000,
    connectTimeoutMs = 30_000,
  } = options
  const { clientInfo = { name: 'rekindle', version }, stderr = 'ignore', clock = systemClock } = options
  assertTimes({ idleMs, callTimeoutMs, connectTimeoutMs })
  const settings = {
    clientInfo,
    idleMs,
    callTimeoutMs: Math.min(callTimeoutMs, longestMs),
    connectTimeoutMs: Math.min(connectTimeoutMs, longestMs),
    stderr,
    clock,
  }
  return new ConnectedServers(settings, onToolsChanged, {
    mayStart: typeof localServers === 'function' ? localServers : isOneOf(localServers),
    resolveSecret,
  })
}

interface ServerAccess {
  readonly mayStart: (server: LocalMcpServer) => boolean
  readonly resolveSecret: ResolveSecret | undefined
}

class ConnectedServers implements McpServers {
  readonly #access: ServerAccess
  readonly #notices: ChangeNotices | undefined
  readonly #pool: ConnectionPool
  readonly #descriptions: Descriptions
  #closed = false

  constructor(settings: ConnectionSettings, onToolsChanged: McpServersOptions['onToolsChanged'], access: ServerAccess) {
    this.#access = access
    this.#notices = onToolsChanged && new ChangeNotices(onToolsChanged, settings.clock)
    this.#pool = new ConnectionPool(settings, this.#notices)
    this.#descriptions = new Descriptions(this.#pool, settings)
  }

  async open(servers: Readonly<Record<string, McpServerConfig>>, path: string): Promise<OpenMcpTools> {
    const held: Held[] = []
    try {
      for (const [name, server] of Object.entries(servers)) held.push(await this.#hold(name, server, `${path}.${name}`))
    } catch (error) {
      await release(held)
      throw error
    }
    return openTools(held)
  }

  async describeServers(config: AgentConfig, context: DescribeContext = {}): Promise<AgentConfig> {
    context.signal?.throwIfAborted()
    return changeServers(config, '$', (name, server, path) => this.#describe(name, server, path, context))
  }

  async #hold(name: string, server: McpServerConfig, path: string): Promise<Held> {
    this.#assertMayStart(server, path)
    assertDescribed(server, path)
    const address = await addressOf(server, path, this.#access.resolveSecret)
    this.#assertOpen(name)
    return this.#pool.hold(name, server, address)
  }

  async #describe(name: string, server: McpServerConfig, path: string, context: DescribeContext): Promise<McpServerConfig> {
    this.#assertMayStart(server, path)
    context.tag?.(tagOf(server))
    if (server.tools !== undefined) return server
    const address = await untilAborted(addressOf(server, path, this.#access.resolveSecret), context.signal)
    this.#assertOpen(name)
    try {
      return { ...server, ...(await this.#descriptions.describe(address, context.signal)) }
    } catch (error) {
      context.signal?.throwIfAborted()
      throw serverError(name, error)
    }
  }

  #assertMayStart(server: McpServerConfig, path: string): void {
    if (!('command' in server) || this.#access.mayStart(server) === true) return
    throw new UnsupportedConfigError(
      `${path}.command`,
      'nothing in the code says that a config may start this program. List the server, as it is, in mcpServers({ localServers }).',
    )
  }

  #assertOpen(server: string): void {
    if (this.#closed) throw new McpServerError(server, 'cannot be reached: mcpServers() has been closed.')
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#notices?.close()
    await Promise.all([this.#descriptions.close(), this.#pool.close()])
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function isOneOf(servers: readonly LocalMcpServer[]): (server: LocalMcpServer) => boolean {
  const known = new Set(servers.map((server) => textOfServer(server)))
  return (server) => known.has(textOfServer(server))
}

function openTools(held: readonly Held[]): OpenMcpTools {
  let open = true
  return {
    tools: held.length === 1 ? held[0]!.set.tools : held.flatMap(({ set }) => set.tools),
    async [Symbol.asyncDispose]() {
      if (!open) return
      open = false
      await release(held)
    },
  }
}

async function release(held: readonly Held[]): Promise<void> {
  await Promise.all(held.map((one) => one.release()))
}

function assertDescribed(server: McpServerConfig, path: string): asserts server is DescribedServer {
  if (server.tools !== undefined) return
  const advice = 'Let loadConfig return await mcp.describeServers(config, context).'
  throw new UnsupportedConfigError(`${path}.tools`, `a live agent is made without asking its MCP servers for tools. ${advice}`)
}

function assertTimes(times: { readonly [option: string]: unknown }): void {
  for (const [option, value] of Object.entries(times)) {
    if (typeof value === 'number' && value >= 0) continue
    throw new InvalidOptionsError(option, `${option} must be a number of at least 0; got ${inspect(value, { depth: 1 })}.`)
  }
}
