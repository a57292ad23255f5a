import type { McpToolResult } from '../adapters/mcp-connections.ts'
import type { McpToolDefinition } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import type { Timer } from '../clock.ts'
import { Failure } from './failure.ts'
import type { ServerAddress } from './server-address.ts'
import { Session, type SessionSettings } from './session.ts'
import { untilAborted } from './waiting.ts'

export interface ConnectionSettings extends SessionSettings {
  readonly idleMs: number
}

interface Opened {
  readonly session: Session
  readonly ready: Promise<Session>
}

/**
 * A connection that all agents with one server and one credential share: opened on the first call, closed when it has not been
 * used for `idleMs`, and opened again when it is needed again or was lost. Between two calls there need not be a session at all.
 */
export class SharedConnection {
  readonly #address: ServerAddress
  readonly #settings: ConnectionSettings
  readonly #onTools: (session: Session) => void
  readonly #ending = new Set<Promise<void>>()
  /** Of no more use to those who come, but calls in them may still be answered. */
  readonly #retired = new Set<Session>()
  #current: Opened | undefined = undefined
  #calls = 0
  #idle: Timer | undefined = undefined
  #closed = false

  /** `onTools` is called when the server may have other tools than it had: at first, and when it says so. */
  constructor(address: ServerAddress, settings: ConnectionSettings, onTools: (session: Session) => void) {
    this.#address = address
    this.#settings = settings
    this.#onTools = onTools
  }

  /** The session, if there is one that can be used at once. */
  get up(): Session | undefined {
    const session = this.#current?.session
    return session?.isUp === true ? session : undefined
  }

  /**
   * Calls a tool. Is repeated, once, only if the server has certainly not seen the call. Giving up by `signal` ends this call
   * and not the connection, nor the opening of it that others may wait for.
   */
  async call(tool: McpToolDefinition, input: JsonObject, signal: AbortSignal | undefined): Promise<McpToolResult> {
    this.#idle?.cancel()
    this.#calls++
    try {
      const session = await untilAborted(this.#open(), signal)
      try {
        return await session.call(tool, input, signal)
      } catch (error) {
        if (!(error instanceof Failure && error.undelivered) || this.#closed) throw error
        this.#retire(session)
      }
      const next = await untilAborted(this.#open(), signal)
      return await next.call(tool, input, signal)
    } finally {
      this.#calls--
      if (this.#calls === 0 && !this.#closed) this.#waitForUse()
    }
  }

  /** Those who come while it is being opened share the outcome; whoever comes after a failure tries again. */
  #open(): Promise<Session> {
    if (this.#closed) return Promise.reject(new Failure('was asked for a tool by an agent that is gone.'))
    if (this.#current !== undefined) {
      if (!this.#current.session.over) return this.#current.ready
      this.#drop(this.#current.session)
    }
    const session = new Session(this.#address, this.#settings, () => this.#onTools(session))
    const ready = session.open().then(() => {
      this.#onTools(session)
      return session
    })
    this.#current = { session, ready }
    // Everybody may have given up waiting.
    ready.catch(() => {})
    return ready
  }

  #waitForUse(): void {
    const { clock, idleMs } = this.#settings
    this.#idle = clock.after(idleMs, () => {
      if (this.#current !== undefined) this.#drop(this.#current.session)
    })
    this.#idle.unref()
  }

  #retire(session: Session): void {
    if (this.#current?.session === session) this.#current = undefined
    this.#retired.add(session)
    void session.retire().finally(() => this.#retired.delete(session))
  }

  #drop(session: Session): void {
    if (this.#current?.session === session) this.#current = undefined
    const ending = session.end().finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  /** For good. Calls in progress are rejected. Resolves when no session is left. */
  async close(): Promise<void> {
    this.#closed = true
    this.#idle?.cancel()
    if (this.#current !== undefined) this.#drop(this.#current.session)
    for (const session of this.#retired) this.#drop(session)
    await Promise.all(this.#ending)
  }
}
