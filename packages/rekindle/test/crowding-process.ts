import { writeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { createAgentCache } from '../src/index.ts'

/** What the process says if it lives to the end. */
export interface CrowdingReport {
  readonly built: number
  readonly dropped: number
  readonly pressure: number
  readonly wrong: number
}

/**
 * Uses thousands of agents of 200 KB, one after the other, in a cache that has room for all of them. With the argument
 * `unwatched` nobody looks at the memory meanwhile.
 */
const agents = 2_000
const numbers = Array.from({ length: 25_000 }, (_, index) => index + 0.5)
const unwatched = process.argv.includes('unwatched')

const cache = createAgentCache({
  namespace: 'crowding',
  live: { maxAgents: 100_000 },
  loadConfig: async ({ sessionId }) => {
    await setImmediate()
    return { sessionId }
  },
  createAgent: ({ sessionId }) => ({ sessionId, memory: numbers.slice() }),
  ...(unwatched && { readMemory: () => ({ collections: 0 }) }),
})
let dropped = 0
cache.on('memory-pressure', (event) => (dropped += event.dropped))

let wrong = 0
for (let session = 0; session < agents; session++) {
  const key = { agentId: 'a', userId: 'u', sessionId: `${session}`, reasoning: false }
  await cache.use(key, (agent) => {
    if (agent.sessionId !== key.sessionId || agent.memory.length !== numbers.length) wrong++
  })
}
const { served, removals } = cache.stats()
writeSync(1, JSON.stringify({ built: served.build, dropped, pressure: removals.pressure, wrong } satisfies CrowdingReport))
await cache.close()
