import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createAgentCache } from '../src/index.ts'
import { ManualClock, MemoryStore } from '../src/testing/index.ts'
import { CrowdedAgents, type CrowdedOptions } from './crowded-agents.ts'
import { keyOf } from './test-agents.ts'

/** What `performance.now` says: loading and creating take as long as a test wants. */
let time = 0
beforeEach(() => {
  time = 0
  vi.spyOn(performance, 'now').mockImplementation(() => time)
})
afterEach(() => vi.restoreAllMocks())

describe('the first to go near a limit of the memory', () => {
  /** Loading or creating takes as long as the user's id says. */
  function timed(options: CrowdedOptions & { readonly part: 'load' | 'create' }) {
    const { part, ...others } = options
    const crowd = new CrowdedAgents({ live: { idleMs: 1e9 }, ...others })
    crowd.agents.load = ({ userId }) => {
      if (part === 'load') time += Number(userId)
      return { name: `${userId}`, version: 1 }
    }
    crowd.agents.onCreate = ({ name }) => {
      if (part === 'create') time += Number(name)
    }
    return crowd
  }

  test.each(['load', 'create'] as const)('is what is quick to build, where there is no store: %s', async (part) => {
    const { make, use, present } = timed({ part })
    await make('300', '20', '4000')
    await use(900, 0)
    expect(present()).toEqual(['300', '4000'])
    await use(900, 1)
    expect(present()).toEqual(['4000'])
  })

  test('is what is quick to create, where configs are stored: loading does not count', async () => {
    const created = timed({ part: 'create', store: new MemoryStore() })
    await created.make('300', '20', '4000')
    await created.use(900, 0)
    expect(created.present()).toEqual(['300', '4000'])
    const loaded = timed({ part: 'load', store: new MemoryStore() })
    await loaded.make('300', '20', '4000')
    await loaded.use(900, 0)
    expect(loaded.present()).toEqual(['20', '4000'])
  })

  test('counts the loading that it shared with others', async () => {
    const { agents, use, present, cache } = new CrowdedAgents({ configScope: ['agentId'] })
    agents.load = ({ agentId }) => {
      time += Number(agentId)
      return { name: `${agentId}`, version: 1 }
    }
    await Promise.all(['1', '2'].map((userId) => cache.use(keyOf({ agentId: '5000', userId }), () => {})))
    expect(agents.loads).toHaveLength(1)
    await agents.ask({ agentId: '10', userId: '3' })
    await use(900, 0)
    expect(present()).toEqual(['1', '2'])
  })

  test('is what is heavy, if agents are weighed', async () => {
    const { make, use, present } = new CrowdedAgents({ weighAgent: ({ key }) => Number(key.userId) })
    await make('20', '4000', '300')
    await use(900, 0)
    expect(present()).toEqual(['20', '300'])
    await use(900, 1)
    expect(present()).toEqual(['20'])
  })
})

describe('weighAgent', () => {
  test('is called once for each agent, with the fields it depends on', async () => {
    const weighed: unknown[] = []
    const cache = createAgentCache({
      namespace: 'n',
      liveScope: ['agentId'],
      loadConfig: ({ agentId }) => ({ agentId }),
      createAgent: ({ agentId }) => ({ agentId }),
      weighAgent: (agent, key) => {
        weighed.push([agent, key])
        return 1
      },
    })
    for (const userId of ['1', '2']) await cache.use(keyOf({ userId }), () => {})
    expect(weighed).toEqual([[{ agentId: 'a' }, { agentId: 'a' }]])
    await cache.close()
  })

  test.each([
    ['throws', () => raise(new Error('no scales')), 'Error: no scales'],
    ['returns NaN', () => NaN, 'got NaN'],
    ['returns less than nothing', () => -1, 'got -1'],
    ['returns a text', () => 'secret' as never, 'got a value of type string'],
    ['returns a promise', () => Promise.reject(new Error('late')) as never, 'got a value of type object'],
  ])('that %s is an event; the agent is served, and counts as one of average weight', async (_, weigh, message) => {
    const failures: string[] = []
    const weighAgent = ({ key }: { key: { userId?: string } }) => (key.userId === '1' ? weigh() : 10)
    const { make, use, present, cache } = new CrowdedAgents({ weighAgent })
    cache.on('weigh-failed', ({ key, error }) => failures.push(`${key.userId} ${String(error)}`))
    await make('0', '1', '2')
    expect(failures).toEqual([expect.stringContaining(message)])
    expect(failures[0]).toMatch(/^1 /)
    await use(900, 0)
    await use(900, 1)
    expect(present()).toEqual(['2'])
  })

  test('may close the cache: the agent is closed after its last lease, and nothing is left', async () => {
    const clock = new ManualClock()
    const { cache, agents } = new CrowdedAgents({ clock, weighAgent: () => (closing.push(cache.close()), 1) })
    const closing: Promise<void>[] = []
    expect(await agents.ask()).toBe('build cold v1')
    await Promise.all(closing)
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1])
    expect(clock.timers).toBe(0)
  })
})

function raise(error: Error): never {
  throw error
}
