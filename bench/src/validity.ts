import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import type { Benchmark } from './benchmark.ts'
import { commandsPerHit } from './command-count.ts'
import { filledCache, hitComparisons, slices } from './memory-hits.ts'

const alone = 'without a store'
const aloneAgain = 'without a store, another cache'
const shared = 'with a Redis store'

/** What it costs to know, with every hit, that nothing of it has been invalidated. */
export const validity: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort, scale: { batchMs } }) {
    const clients: Redis[] = []
    const connect = () => {
      const client = new Redis({ host: '127.0.0.1', port: redisPort! })
      clients.push(client)
      return client
    }
    const counting = await commandsPerHit(connect)
    const caches = [
      { name: alone, cache: await filledCache() },
      { name: aloneAgain, cache: await filledCache() },
      { name: shared, cache: await filledCache({ store: redisStore({ client: connect() }) }) },
    ]
    const comparisons = hitComparisons(caches, batchMs, {
      title: 'with and without a store',
      targets: [{ of: shared, to: alone, atMost: 1.05 }],
      notes: [
        'The cache with a store is connected to Redis, listens, and its heartbeat runs; it is asked for what the others are.',
        `A round is ${slices} short batches of each, in turns. "${aloneAgain}" ÷ "${alone}" is the noise.`,
      ],
    })
    return {
      comparisons: [counting, ...comparisons],
      async end() {
        for (const { cache } of caches) await cache.close({ drainMs: 0 })
        for (const client of clients) client.disconnect()
      },
    }
  },
}
