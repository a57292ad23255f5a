import type { ConfigStore } from 'rekindle'
import { sqliteStore } from 'rekindle/sqlite'
import type { Settings } from './settings.ts'

/** The config tier: Redis if there is an address of one, else a SQLite file that the processes of this machine share. */
export async function openStore({ redisUrl, storePath }: Settings): Promise<ConfigStore> {
  if (redisUrl === undefined) return sqliteStore({ path: storePath })
  // Imported only here: who uses SQLite does not wait for it.
  const [{ Redis }, { redisStore }] = await Promise.all([import('ioredis'), import('rekindle/redis')])
  // It says where Redis is, and is never connected itself.
  return redisStore({ client: new Redis(redisUrl, { lazyConnect: true }) })
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
