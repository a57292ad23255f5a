import type { FastifyBaseLogger } from 'fastify'
import type { ConfigStore } from 'rekindle'
import { sqliteStore } from 'rekindle/sqlite'
import type { Settings } from './settings.ts'

export interface OpenStore {
  readonly store: ConfigStore
  readonly close: () => void
}

/** The config tier: Redis if there is an address of one, else a SQLite file that the processes of this machine share. */
export async function openStore({ redisUrl, storePath }: Settings, log: Pick<FastifyBaseLogger, 'warn'>): Promise<OpenStore> {
  if (redisUrl === undefined) return { store: sqliteStore({ path: storePath }), close: () => {} }
  // Imported only here: who uses SQLite does not wait for it.
  const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('rekindle/redis')])
  const client = new Redis(redisUrl, {
    // A request has better things to do than wait for Redis: what cannot be asked now is a miss.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  })
  let up = true
  // Without a listener ioredis prints each of them. They come with every attempt to connect; one line per outage is enough.
  client.on('error', (error: Error) => {
    if (up) log.warn({ err: error }, 'Redis does not answer; agents are served without it')
    up = false
  })
  client.on('ready', () => {
    if (!up) log.warn('Redis answers again')
    up = true
  })
  return { store: redisStore({ client }), close: () => client.disconnect() }
}

/** Whether the store answers, asked in the way requests ask it. */
export class StoreProbe {
  readonly #connection

  constructor(store: ConfigStore) {
    this.#connection = store.connect('probe')
  }

  async ask(): Promise<void> {
    await this.#connection.readBlob('probe')
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
