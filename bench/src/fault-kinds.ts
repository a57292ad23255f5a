import type { Redis } from 'ioredis'
import type { FaultLink } from './fault-link.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { randomFrom } from './sample-keys.ts'

/** A Redis of its own, the way to it, and a connection that no fault touches unless the server itself is gone. */
export interface FaultSite {
  server: RedisServer
  readonly link: FaultLink
  readonly admin: Redis
}

/** What happens to the store. `begin` may return what puts it right again. */
export interface Fault {
  readonly name: string
  readonly begin: (site: FaultSite) => Promise<(() => Promise<void>) | void>
  /** It begins before the contestant's process does. */
  readonly atBoot?: true
  /** Requests ask for what another process has stored; by default for what nobody has. */
  readonly ofStored?: true
  /** Many requests at once, so that there are several on the wire. */
  readonly burst?: true
  /** What is in the store has been damaged, and stays so until somebody writes it anew. */
  readonly damages?: true
}

const secret = 'a password that no contestant knows'
const garbage = randomFrom(1)

export const faults: readonly Fault[] = [
  { name: 'refused at boot', atBoot: true, begin: goneAway },
  { name: 'killed', begin: goneAway },
  {
    name: 'hung (SIGSTOP)',
    begin: async ({ server }) => {
      server.pause()
      return async () => server.resume()
    },
  },
  {
    name: '200 ms latency',
    begin: async ({ link }) => {
      link.delay(200)
      return async () => link.delay(0)
    },
  },
  {
    name: 'reset every 20 ms',
    begin: async ({ link }) => {
      const stop = link.resetEvery(20)
      return async () => stop()
    },
  },
  { name: 'half-open socket', ofStored: true, begin: async ({ link }) => link.vanish() },
  {
    name: 'READONLY (replica)',
    begin: async ({ admin }) => {
      // Of a primary that is not there. It goes on serving what it has.
      await admin.replicaof('127.0.0.1', 1)
      return async () => void (await admin.replicaof('NO', 'ONE'))
    },
  },
  {
    name: 'OOM, noeviction',
    begin: async ({ admin }) => {
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
      await admin.config('SET', 'maxmemory', '1')
      return async () => void (await admin.config('SET', 'maxmemory', '0'))
    },
  },
  {
    name: 'NOAUTH',
    begin: async ({ admin }) => {
      await admin.config('SET', 'requirepass', secret)
      // Who is connected has been let in already.
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
      return async () => void (await admin.config('SET', 'requirepass', ''))
    },
  },
  {
    name: 'wrong type at key',
    ofStored: true,
    damages: true,
    begin: ({ admin }) =>
      damage(admin, async (key) => {
        await admin.multi().del(key).rpush(key, 'a list').pexpire(key, 3_600_000).exec()
      }),
  },
  { name: 'garbage', ofStored: true, damages: true, begin: ({ admin }) => rewrite(admin, randomBytes) },
  { name: 'truncated', ofStored: true, damages: true, begin: ({ admin }) => rewrite(admin, firstHalf) },
  {
    name: 'JSON of another shape',
    ofStored: true,
    damages: true,
    begin: ({ admin }) => rewrite(admin, () => Buffer.from('{"version":2,"data":{"id":7}}')),
  },
  {
    name: 'FLUSHALL',
    begin: async ({ admin }) => {
      await admin.flushall()
      return async () => {}
    },
  },
  { name: 'off by one reply', ofStored: true, burst: true, begin: async ({ link }) => link.loseReplies() },
]

async function goneAway(site: FaultSite): Promise<() => Promise<void>> {
  await site.link.refuse()
  site.server.stop()
  return async () => {
    // Another one, with nothing in it, in its place.
    site.server = await startRedis(site.server.port)
    await site.link.accept()
  }
}

function rewrite(admin: Redis, change: (value: Buffer) => Buffer): Promise<void> {
  return damage(admin, async (key) => {
    const value = await admin.getBuffer(key)
    if (value !== null) await admin.set(key, change(value), 'KEEPTTL')
  })
}

/** Every string that the contestant keeps, be it an entry or its own bookkeeping. */
async function damage(admin: Redis, change: (key: string) => Promise<void>): Promise<void> {
  for (const key of await admin.keys('*')) {
    if ((await admin.type(key)) === 'string') await change(key)
  }
}

function randomBytes(): Buffer {
  return Buffer.from(Array.from({ length: 64 }, () => Math.floor(garbage() * 256)))
}

function firstHalf(value: Buffer): Buffer {
  return value.subarray(0, value.length / 2)
}
