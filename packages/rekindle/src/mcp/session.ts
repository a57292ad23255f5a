import type { Client, Transport } from '@modelcontextprotocol/client'
import type { McpToolResult } from '../adapters/mcp-connections.ts'
import type { McpToolDefinition } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import type { Clock } from '../clock.ts'
import type { StandardSchema } from '../config/standard-schema.ts'
import { Failure, failureOf, isOfUnknownSession } from './failure.ts'
import { listTools } from './listed-tools.ts'
import { loadSdk, type Sdk } from './sdk.ts'
import { isLocal, type ServerAddress } from './server-address.ts'
import { readResult, tolerateForeignContent } from './tool-result.ts'
import { transportTo } from './transports.ts'
import { settledWithin, untilAborted } from './waiting.ts'

export interface SessionSettings {
  readonly clientInfo: { readonly name: string; readonly version: string }
  readonly connectTimeoutMs: number
  readonly callTimeoutMs: number
  readonly stderr: 'ignore' | 'inherit'
  readonly clock: Clock
}

export interface ServerInfo {
  readonly name: string
  readonly version: string
}

/** `initialize`, as until 2025; or the question first whether the server knows the protocol of 2026. */
type Greeting = 'legacy' | 'auto'

interface Connected {
  readonly sdk: Sdk
  readonly client: Client
}

/** A server that changes several tools may say so for each. */
const gatherMs = 100

/** How long a server is waited for that is told of the end. */
const farewellMs = 1_000

/** The SDK would compile a schema for every tool that has one. What a tool gives goes to a model, which is no stickler. */
const jsonSchemaValidator = {
  getValidator: () => (input: unknown) => ({ valid: true, data: input as never, errorMessage: undefined }) as const,
}
const anything: StandardSchema = { '~standard': { version: 1, vendor: 'rekindle', validate: (value) => ({ value }) } }

/** One session with a server, from its opening to its end. It is never mended: another takes its place. */
export class Session {
  readonly #address: ServerAddress
  readonly #settings: SessionSettings
  readonly #onToolsChanged: () => void
  readonly #end = new AbortController()
  #transport: Transport | undefined = undefined
  #connecting: Promise<Connected> | undefined = undefined
  #connected: Connected | undefined = undefined
  #farewell: Promise<void> | undefined = undefined
  #calls = 0
  #onQuiet: () => void = () => {}

  constructor(address: ServerAddress, settings: SessionSettings, onToolsChanged: () => void = () => {}) {
    this.#address = address
    this.#settings = settings
    this.#onToolsChanged = onToolsChanged
  }

  /** It was never opened, could not be, was lost, or has been ended. */
  get over(): boolean {
    return this.#end.signal.aborted
  }

  get isUp(): boolean {
    return this.#connected !== undefined && !this.over
  }

  /** Undefined for servers that do not say. */
  get serverInfo(): ServerInfo | undefined {
    const info = this.#connected?.client.getServerVersion()
    return info && { name: info.name, version: info.version }
  }

  /** Once. Rejects with a {@link Failure}; then the session is over. */
  async open(): Promise<void> {
    const { clock, connectTimeoutMs } = this.#settings
    const late = new Failure(`cannot be reached: there was no answer within ${connectTimeoutMs} ms.`)
    const timer = clock.after(connectTimeoutMs, () => void this.end(late))
    this.#connecting = this.#connect()
    try {
      this.#connected = await untilAborted(this.#connecting, this.#end.signal)
    } catch (error) {
      void this.end()
      throw error
    } finally {
      timer.cancel()
    }
  }

  /**
   * A stdio server of 2025 may end when it is asked what it does not know, so it is asked only if it refuses the old greeting.
   * Over HTTP asking costs a round trip, and a server that knows the answer needs no session.
   */
  async #connect(): Promise<Connected> {
    const [first, second]: [Greeting, Greeting] = isLocal(this.#address) ? ['legacy', 'auto'] : ['auto', 'legacy']
    const sdk = await loadSdk()
    try {
      return await this.#attempt(sdk, first)
    } catch (error) {
      if (this.over || !this.#wasRefused(error, sdk)) throw await this.#connectFailure(error, sdk)
    }
    await this.#transport?.close().catch(() => {})
    try {
      return await this.#attempt(sdk, second)
    } catch (error) {
      throw await this.#connectFailure(error, sdk)
    }
  }

  async #connectFailure(error: unknown, sdk: Sdk): Promise<Failure> {
    const failure = this.#explained(error, sdk)
    // A process that takes nothing any more is ending. What of shows in a moment.
    if (failure.undelivered) await this.#transport?.close().catch(() => {})
    return this.#fate ?? failure
  }

  /** The server is there, and may like the second greeting better. Over HTTP the SDK has gone on to it, unless that was a 5xx. */
  #wasRefused(error: unknown, sdk: Sdk): boolean {
    if (isLocal(this.#address)) return error instanceof sdk.ProtocolError
    return error instanceof sdk.SdkHttpError && error.code === sdk.SdkErrorCode.EraNegotiationFailed
  }

  async #attempt(sdk: Sdk, mode: Greeting): Promise<Connected> {
    this.#end.signal.throwIfAborted()
    const { clientInfo, connectTimeoutMs, stderr, clock } = this.#settings
    const transport = transportTo(this.#address, sdk, stderr, clock)
    const client = new sdk.Client(clientInfo, {
      versionNegotiation: { mode },
      jsonSchemaValidator,
      listChanged: { tools: { autoRefresh: false, debounceMs: gatherMs, onChanged: () => this.#onToolsChanged() } },
    })
    this.#transport = transport
    const { onmessage } = transport
    transport.onmessage = (message) => {
      onmessage?.(message)
      tolerateForeignContent(message)
    }
    transport.onerror = (error) => {
      // The stream is all there is of this kind of session; the transport would open another, which the server does not know.
      if (this.#connected !== undefined && error instanceof sdk.SseError) void this.end(new Failure('was disconnected.'))
    }
    await client.connect(transport, { timeout: connectTimeoutMs })
    client.onclose = () => void this.end(this.#fate ?? new Failure('was disconnected.'))
    return { sdk, client }
  }

  /** Goes on for `callTimeoutMs` at most, or until it is given up: then the server is told. Rejects with a {@link Failure}. */
  async call(tool: McpToolDefinition, input: JsonObject, signal: AbortSignal | undefined): Promise<McpToolResult> {
    const { client } = this.#live()
    // Only what says which arguments go into headers, too.
    const toolDefinition = { name: tool.name, inputSchema: { ...tool.inputSchema, type: 'object' as const } }
    const options = { timeout: this.#settings.callTimeoutMs, toolDefinition, ...(signal !== undefined && { signal }) }
    this.#calls++
    try {
      return readResult(await client.callTool({ name: tool.name, arguments: { ...input } }, options))
    } catch (error) {
      throw this.#failure(error)
    } finally {
      this.#calls--
      if (this.#calls === 0) this.#onQuiet()
    }
  }

  /** All of them, by name; none for a server that does not have tools at all. */
  async listTools(): Promise<McpToolDefinition[]> {
    const { client } = this.#live()
    if (client.getServerCapabilities()?.tools === undefined) return []
    const options = { timeout: this.#settings.callTimeoutMs }
    try {
      return await listTools((cursor) =>
        // Not `client.listTools`, which leaves out the fields that it does not know.
        client.request({ method: 'tools/list', ...(cursor !== undefined && { params: { cursor } }) }, anything, options),
      )
    } catch (error) {
      throw this.#failure(error)
    }
  }

  #live(): Connected {
    if (this.#connected === undefined || this.over) throw new Failure('was gone already.', { undelivered: true })
    return this.#connected
  }

  /** Ends it when the calls that are on their way are over: the server may know the session for those. */
  async retire(): Promise<void> {
    if (this.#calls > 0) await new Promise<void>((resolve) => (this.#onQuiet = resolve))
    await this.end()
  }

  /** Ends it, on the server too. Whoever waits is told why. Resolves when nothing of it is left. */
  end(reason: Failure = new Failure('was disconnected: its agents are gone, or it was not used.')): Promise<void> {
    this.#farewell ??= this.#close(reason)
    return this.#farewell
  }

  async #close(reason: Failure): Promise<void> {
    this.#end.abort(reason)
    const { clock } = this.#settings
    if (!isLocal(this.#address) && this.#connecting !== undefined) {
      // Only the answer to the greeting says which session it is that has to be ended.
      await settledWithin(this.#connecting, farewellMs, clock)
    }
    const transport: (Transport & { terminateSession?(): Promise<void> }) | undefined = this.#transport
    if (transport?.terminateSession !== undefined) await settledWithin(transport.terminateSession(), farewellMs, clock)
    await transport?.close().catch(() => {})
  }

  /** What became of a process, which tells more than that the connection was lost. */
  get #fate(): Failure | undefined {
    const { fate } = Object(this.#transport) as { fate?: string }
    return fate === undefined ? undefined : new Failure(fate)
  }

  #failure(error: unknown): Failure {
    const { sdk } = this.#connected!
    if (this.over && error instanceof sdk.SdkError && error.code === sdk.SdkErrorCode.ConnectionClosed) {
      return this.#end.signal.reason as Failure
    }
    const failure = this.#explained(error, sdk)
    const undelivered = this.#transport?.sessionId !== undefined && isOfUnknownSession(error, sdk)
    return undelivered ? new Failure(failure.message, { undelivered }) : failure
  }

  #explained(error: unknown, sdk: Sdk): Failure {
    const secrets = Object.values(isLocal(this.#address) ? this.#address.env : this.#address.headers)
    return failureOf(error, sdk, this.#settings.callTimeoutMs, secrets)
  }
}
