import KeyvRedis, { createClient as createKeyvClient } from '@keyv/redis'
import { Redis } from 'ioredis'
import { Keyv } from 'keyv'
import { type BasicClientSideCache, createClient } from 'redis'

/** Connections to the Redis at `port`, each of its own. What they need to be closed is kept. */
export class RedisClients {
  readonly #port: number
  readonly #closings: (() => unknown)[] = []

  constructor(port: number) {
    this.#port = port
  }

  /** Apart from `autoPipelining` with default options. */
  ioredis({ autoPipelining = false } = {}): Redis {
    const client = new Redis({ host: '127.0.0.1', port: this.#port, enableAutoPipelining: autoPipelining })
    this.#closings.push(() => client.disconnect())
    return client
  }

  async nodeRedis() {
    return this.#closing(await createClient({ url: this.#url }).connect())
  }

  /** With RESP 3, which its cache needs. */
  async nodeRedisCaching(clientSideCache: BasicClientSideCache) {
    return this.#closing(await createClient({ url: this.#url, RESP: 3, clientSideCache }).connect())
  }

  /** Its own serialiser looks for buffers in what it is given, and takes three to four times as long. */
  async keyv(): Promise<Keyv> {
    const client = await createKeyvClient({ url: this.#url }).connect()
    this.#closing(client)
    const serializers = { serialize: JSON.stringify, deserialize: JSON.parse }
    return new Keyv({ store: new KeyvRedis(client), useKeyPrefix: false, ...serializers })
  }

  #closing<Client extends { destroy(): void }>(client: Client): Client {
    this.#closings.push(() => client.destroy())
    return client
  }

  end(): void {
    for (const close of this.#closings) close()
  }

  get #url(): string {
    return `redis://127.0.0.1:${this.#port}`
  }
}
