import { expect, test } from 'vitest'
import { createAgentCache } from '../src/index.ts'
import { lateParts } from '../src/late/late-parts.ts'
import { ManualClock } from '../src/testing/index.ts'

// These come first in a process of their own: once the parts have been loaded, there is no "before".

const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: false }
const recipe = { namespace: 'n', loadConfig: () => ({}), createAgent: () => ({}) }
const full = { heap: { usedBytes: 99, limitBytes: 100 }, collections: 0 }

test('what befalls a cache before its late parts are loaded is made up for when they are', async () => {
  const clock = new ManualClock()
  const agents = createAgentCache({ ...recipe, auditRate: 1, readMemory: () => full, clock })
  const closed = createAgentCache({ ...recipe, auditRate: 1, readMemory: () => full, clock })
  let loaded = false
  void lateParts().then(() => (loaded = true))
  const pressure: number[] = []
  for (const cache of [agents, closed]) {
    cache.on('memory-pressure', ({ dropped }) => pressure.push(dropped))
    ;(await cache.acquire(key)).release()
  }
  await closed.close()
  expect([loaded, pressure, agents.stats().audit.skipped]).toEqual([false, [], 0])

  const { timeline } = await agents.explain(key)
  expect(loaded).toBe(true)
  expect(timeline.map(({ event }) => event)).toEqual(['retired', 'created'])
  expect(pressure).toEqual([1])
  await agents.close()
  expect(clock.timers).toBe(0)
})
