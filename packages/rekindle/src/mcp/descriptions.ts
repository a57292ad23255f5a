import type { McpToolDefinition } from '../agent-config/agent-config.ts'
import type { ConnectionPool } from './connection-pool.ts'
import { Failure } from './failure.ts'
import { fingerprintOfTools } from './listed-tools.ts'
import type { ServerAddress } from './server-address.ts'
import { type ServerInfo, Session, type SessionSettings } from './session.ts'
import { untilAborted } from './waiting.ts'

/** What a config keeps of a server. */
export interface Description {
  readonly tools: readonly McpToolDefinition[]
  readonly toolsFingerprint: string
  readonly serverInfo?: ServerInfo
}

/** A description on its way. */
interface Flight {
  readonly done: Promise<Description>
  readonly abandon: AbortController
  waiting: number
}

/** Asks servers what tools they have, over a connection that is there or one made for that. */
export class Descriptions {
  readonly #pool: ConnectionPool
  readonly #settings: SessionSettings
  readonly #flights = new Map<string, Flight>()
  readonly #sessions = new Set<Session>()
  #closed = false

  constructor(pool: ConnectionPool, settings: SessionSettings) {
    this.#pool = pool
    this.#settings = settings
  }

  /** Those who ask at the same time share the answer. It is no longer sought when all of them have given up. */
  async describe(address: ServerAddress, signal: AbortSignal | undefined): Promise<Description> {
    const key = this.#pool.keyOf(address)
    const flight = this.#flights.get(key) ?? this.#begin(key, address)
    flight.waiting++
    try {
      return await untilAborted(flight.done, signal)
    } finally {
      flight.waiting--
      if (flight.waiting === 0) {
        this.#land(key, flight)
        flight.abandon.abort()
      }
    }
  }

  #begin(key: string, address: ServerAddress): Flight {
    const abandon = new AbortController()
    const flight: Flight = { abandon, waiting: 0, done: this.#find(key, address, abandon.signal, () => this.#land(key, flight)) }
    flight.done.catch(() => {})
    this.#flights.set(key, flight)
    return flight
  }

  #land(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }

  /** `asking` is called when the question is put: whoever comes later may know that the answer has changed since. */
  async #find(key: string, address: ServerAddress, signal: AbortSignal, asking: () => void): Promise<Description> {
    const up = this.#pool.up(key)
    if (up !== undefined) {
      // Those who ask in the same breath.
      await Promise.resolve()
      asking()
      const found = await describe(up).catch(() => undefined)
      if (found !== undefined) return found
    }
    signal.throwIfAborted()
    if (this.#closed) throw new Failure('cannot be reached: mcpServers() has been closed.')
    const session = new Session(address, this.#settings)
    this.#sessions.add(session)
    try {
      await untilAborted(session.open(), signal)
      asking()
      return await untilAborted(describe(session), signal)
    } finally {
      void session.end().finally(() => this.#sessions.delete(session))
    }
  }

  /** Ends what is on its way. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#sessions].map((session) => session.end()))
  }
}

async function describe(session: Session): Promise<Description> {
  const tools = await session.listTools()
  const { serverInfo } = session
  return { tools, toolsFingerprint: fingerprintOfTools(tools), ...(serverInfo !== undefined && { serverInfo }) }
}
