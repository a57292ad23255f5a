import { randomBytes } from 'node:crypto'
import type { ChangeNotices } from './change-notices.ts'
import { keyOf, type ServerAddress } from './server-address.ts'
import type { Session } from './session.ts'
import { type ConnectionSettings, SharedConnection } from './shared-connection.ts'
import { type DescribedServer, setKeyOf, ToolSet } from './tool-set.ts'
import { ToolsWatch } from './tools-watch.ts'

interface Pooled {
  readonly connection: SharedConnection
  /** Those that agents hold. The connection is there as long as there is one. */
  readonly sets: Map<string, ToolSet>
}

/** Something held until it is released, once. */
export interface Held {
  readonly set: ToolSet
  /** Resolves when what nobody else holds is closed. */
  release(): Promise<void>
}

/** One connection for each server and credential that agents hold. */
export class ConnectionPool {
  readonly #settings: ConnectionSettings
  readonly #notices: ChangeNotices | undefined
  readonly #salt: string = randomBytes(32).toString('base64url')
  readonly #pooled = new Map<string, Pooled>()
  readonly #closing = new Set<Promise<void>>()

  constructor(settings: ConnectionSettings, notices: ChangeNotices | undefined) {
    this.#settings = settings
    this.#notices = notices
  }

  /** Equal for addresses that share a connection; nothing can be read from it. */
  keyOf(address: ServerAddress): string {
    return keyOf(address, this.#salt)
  }

  /** A session with the server that can be used at once, if there is one. */
  up(key: string): Session | undefined {
    return this.#pooled.get(key)?.connection.up
  }

  hold(server: string, config: DescribedServer, address: ServerAddress): Held {
    const key = this.keyOf(address)
    const pooled = this.#pooled.get(key) ?? this.#add(key, address)
    const setKey = setKeyOf(server, config)
    const set = pooled.sets.get(setKey) ?? new ToolSet(server, config, pooled.connection)
    pooled.sets.set(setKey, set)
    set.holders++
    return {
      set,
      release: async () => {
        set.holders--
        if (set.holders > 0) return
        pooled.sets.delete(setKey)
        if (pooled.sets.size === 0) await this.#remove(key, pooled)
      },
    }
  }

  #add(key: string, address: ServerAddress): Pooled {
    const sets = new Map<string, ToolSet>()
    const watch = new ToolsWatch(sets, this.#notices)
    const connection = new SharedConnection(address, this.#settings, (session) => watch.look(session))
    const pooled = { connection, sets }
    this.#pooled.set(key, pooled)
    return pooled
  }

  async #remove(key: string, pooled: Pooled): Promise<void> {
    if (this.#pooled.get(key) === pooled) this.#pooled.delete(key)
    const closing = pooled.connection.close().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    await closing
  }

  /** Ends all connections, whoever holds them. */
  async close(): Promise<void> {
    for (const [key, pooled] of this.#pooled) void this.#remove(key, pooled)
    await Promise.all(this.#closing)
  }
}
