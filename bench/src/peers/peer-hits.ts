import { BasicClientSideCache } from 'redis'
import type { ConfigReader } from '../config-reader.ts'
import { createAgent, type SampleConfig } from '../sample-agent.ts'
import type { RedisClients } from './redis-clients.ts'
import type { Load, RedisPeer } from './redis-peer.ts'

/** What is in Redis for each session, by number. */
export type ConfigOf = (session: number) => SampleConfig

/** Agents of the configs that a peer has stored before, each under a key of its own. */
export async function peerHits(
  open: (load: Load) => Promise<RedisPeer>,
  prefix: string,
  sessionIds: readonly string[],
  configOf: ConfigOf,
): Promise<ConfigReader> {
  const names = sessionIds.map((sessionId) => `${prefix}:${sessionId}`)
  const sessions = new Map(names.map((name, session) => [name, session]))
  let loads = 0
  const peer = await open(async (name) => {
    loads++
    return configOf(sessions.get(name)!)
  })
  for (const name of names) await peer.getOrLoad(name)
  return {
    name: peer.hit,
    async read(session) {
      return createAgent((await peer.get(names[session]!))!)
    },
    async end() {
      if (loads > names.length) throw new Error(`${peer.hit}: ${loads - names.length} configs were loaded anew.`)
    },
  }
}

/**
 * GETs of node-redis with its client-side cache, which Redis tells what has changed. Once as a config hit is, of what another
 * client has just written; and once of what it has read before, which is a hit in memory, of text.
 */
export async function clientSideHits(
  clients: RedisClients,
  sessionIds: readonly string[],
  configOf: ConfigOf,
): Promise<{ readonly written: ConfigReader; readonly remembered: ConfigReader }> {
  const names = sessionIds.map((sessionId) => `client-side:${sessionId}`)
  const texts = names.map((_, session) => JSON.stringify(configOf(session)))
  const writer = clients.ioredis()
  const write = async () => {
    const writes = writer.pipeline()
    for (const [session, name] of names.entries()) writes.set(name, texts[session]!)
    await writes.exec()
  }
  const cachingReader = async (name: string, begin: (read: ConfigReader['read']) => Promise<unknown>, misses: number) => {
    const cache = new BasicClientSideCache()
    const client = await clients.nodeRedisCaching(cache)
    const read = async (session: number) => createAgent(JSON.parse((await client.get(names[session]!))!) as SampleConfig)
    let before = cache.stats()
    return {
      name,
      read,
      async begin() {
        await begin(read)
        // What it is told comes before the answer to this.
        await client.ping()
        before = cache.stats()
      },
      async end(reads: number) {
        const { missCount, hitCount } = cache.stats().minus(before)
        if (missCount !== misses * reads) throw new Error(`${name}: ${hitCount} hits in memory, ${missCount} in Redis.`)
      },
    }
  }
  await write()
  return {
    written: await cachingReader('node-redis client-side cache, written meanwhile', write, 1),
    remembered: await cachingReader(
      'node-redis client-side cache, read before (memory)',
      (read) => Promise.all(names.map((_, session) => read(session))),
      0,
    ),
  }
}
