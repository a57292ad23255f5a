import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type RedisServer, startRedis } from '../redis-server.ts'
import { soundWire, startProxy, type TcpProxy, type Wire } from '../tcp-proxy.ts'

/** What happens to Redis, or to the way there. Resolves when it is over. */
export type SoakFault = (place: RedisPlace) => Promise<unknown>

const lost = (): Wire => ({ request() {}, reply() {} })

const slow = (): Wire => ({
  request: (data, passage) => void setTimeout(() => passage.toServer(data), 30),
  reply: (data, passage) => passage.toClient(data),
})

/** Connections break off in the middle of a reply. */
const cutMidReply = (): Wire => ({
  request: (data, passage) => passage.toServer(data),
  reply(data, passage) {
    passage.toClient(data.subarray(0, Math.ceil(data.length / 2)))
    passage.reset()
  },
})

/** One reply of each connection never arrives, so that all that follow are taken for replies to something else. */
const swallowOne = (): Wire => {
  let swallowed = false
  return {
    request: (data, passage) => passage.toServer(data),
    reply(data, passage) {
      if (swallowed) passage.toClient(data)
      swallowed = true
    },
  }
}

function forAWhile(wire: () => Wire, ms: number): SoakFault {
  return async ({ proxy }) => {
    proxy.rewire(wire)
    await delay(ms)
    proxy.rewire(soundWire)
  }
}

async function overwrite({ client }: RedisPlace, garbage: string): Promise<void> {
  for (let key = 0; key < 20; key++) {
    const name = await client.randomkey()
    if (name?.includes(':p:') === true || name?.includes(':b:') === true) await client.set(name, garbage, 'PX', 60_000)
  }
}

export const soakFaults: Readonly<Record<string, SoakFault>> = {
  nothing: () => delay(500),
  'connections killed': ({ client }) => client.call('CLIENT', 'KILL', 'TYPE', 'normal'),
  'subscriptions killed': ({ client }) => client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
  'everything flushed': ({ client }) => client.flushall(),
  'the clock lost': ({ client }) => client.del('rekindle:{soak}:clock'),
  'the targets lost': ({ client }) => client.del('rekindle:{soak}:targets'),
  'scripts forgotten': ({ client }) => client.script('FLUSH'),
  'entries overwritten with garbage': (place) => overwrite(place, '{"v":1,"k":"garbage'),
  'entries overwritten with other JSON': (place) =>
    overwrite(place, '{"v":1,"k":"{}","f":"x","h":"h","c":1,"t":[],"u":9e15,"a":"1"}'),
  'entries evicted': async ({ client }) => {
    for (let key = 0; key < 100; key++) await client.unlink((await client.randomkey()) ?? '')
  },
  'standing still': async (place) => {
    process.kill(place.server.pid, 'SIGSTOP')
    await delay(700)
    process.kill(place.server.pid, 'SIGCONT')
  },
  'restarted without its data': (place) => place.restart(),
  'half-open connections': forAWhile(lost, 1_200),
  slow: forAWhile(slow, 700),
  'cut in the middle of a reply': forAWhile(cutMidReply, 400),
  'a reply lost on each connection': forAWhile(swallowOne, 1_500),
  'connections cut again and again': async (place) => {
    for (let cut = 0; cut < 20; cut++) {
      place.proxy.redirect(place.server.port)
      await delay(15)
    }
  },
}

/** A Redis server behind a proxy, and a client of the test's own that does not go through it. */
export class RedisPlace implements AsyncDisposable {
  server: RedisServer
  client: Redis
  readonly proxy: TcpProxy

  private constructor(server: RedisServer, proxy: TcpProxy) {
    this.server = server
    this.client = clientOf(server)
    this.proxy = proxy
  }

  static async open(): Promise<RedisPlace> {
    const server = await startRedis()
    return new RedisPlace(server, await startProxy(server.port))
  }

  async restart(): Promise<void> {
    this.client.disconnect()
    await this.server[Symbol.asyncDispose]()
    await delay(300)
    this.server = await startRedis()
    this.client = clientOf(this.server)
    this.proxy.redirect(this.server.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.disconnect()
    await this.proxy[Symbol.asyncDispose]()
    await this.server[Symbol.asyncDispose]()
  }
}

function clientOf({ port }: RedisServer): Redis {
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20 })
  client.on('error', () => {})
  return client
}
