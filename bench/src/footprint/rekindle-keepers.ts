import type { ConfigStore } from 'rekindle'
import type { Keep, Kept } from './keeper.ts'
import type { LittleAgent, Stock } from './stock.ts'

/** Builds at once, while the cache is filled. */
const atOnce = 200

export const keepWithoutStore: Keep = (stock) => keepInRekindle(stock, undefined)

export const keepWithRedis: Keep = async (stock, { redisPort }) => {
  const { Redis } = await import('ioredis')
  const { redisStore } = await import('rekindle/redis')
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  return keepInRekindle(stock, redisStore({ client }))
}

export const keepWithSqlite: Keep = async (stock, { sqlitePath }) => {
  const { sqliteStore } = await import('rekindle/sqlite')
  return keepInRekindle(stock, sqliteStore({ path: sqlitePath }))
}

async function keepInRekindle({ keys, bySession }: Stock, store: ConfigStore | undefined): Promise<Kept> {
  const { createAgentCache } = await import('rekindle')
  const cache = createAgentCache<{ name: string }, LittleAgent>({
    namespace: 'footprint',
    ...(store !== undefined && { store, storeTimeoutMs: 10_000 }),
    loadConfig: ({ agentId }) => ({ name: agentId }),
    createAgent: (_, { sessionId }) => bySession.get(sessionId)!,
    maxConcurrentBuilds: atOnce,
    live: { maxAgents: keys.length },
  })
  for (let from = 0; from < keys.length; from += atOnce) {
    // Key objects of the moment, with the strings of the stock: an object that the cache keeps is its own expense.
    const some = keys.slice(from, from + atOnce).map((key) => ({ ...key }))
    await Promise.all(some.map((key) => cache.getOrBuild(key)))
  }
  return {
    async get(index) {
      // Not at once: after a long collection of garbage, it first asks the store what was invalidated meanwhile.
      using lease = await cache.acquire(keys[index]!)
      return lease.source === 'memory' ? lease.agent : undefined
    },
    close: () => cache.close({ drainMs: 10_000 }),
  }
}
