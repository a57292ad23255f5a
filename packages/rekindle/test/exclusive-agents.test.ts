import { describe, expect, test } from 'vitest'
import { settle } from '../src/testing/index.ts'
import { gate, keyOf, TestAgents } from './test-agents.ts'

const exclusive = (options: ConstructorParameters<typeof TestAgents>[0] = {}) =>
  new TestAgents({ live: { concurrency: 'exclusive' }, ...options })

describe('an exclusive agent', () => {
  test('has one holder at a time, in the order of asking', async () => {
    const { cache, made } = exclusive()
    const order: number[] = []
    let holders = 0
    const turns = Array.from({ length: 5 }, (_, turn) =>
      cache.use(keyOf(), async () => {
        expect(++holders).toBe(1)
        order.push(turn)
        await settle()
        holders--
      }),
    )
    await Promise.all(turns)
    expect(order).toEqual([0, 1, 2, 3, 4])
    expect(made).toHaveLength(1)
  })

  test('does not go to one who has given up waiting', async () => {
    const { cache, clock } = exclusive()
    const first = await cache.acquire(keyOf())
    const controller = new AbortController()
    const aborted = cache.acquire(keyOf(), { signal: controller.signal }).catch((error: unknown) => error)
    const timedOut = cache.acquire(keyOf(), { timeoutMs: 100 }).catch((error: unknown) => error)
    const patient = cache.acquire(keyOf())
    await settle()
    expect(cache.stats()).toMatchObject({ waiting: 3, inUse: 1 })
    controller.abort(new Error('left'))
    await clock.advance(100)
    expect(await aborted).toMatchObject({ message: 'left' })
    expect(String(await timedOut)).toContain('its turn with an agent that serves one holder at a time')
    first.release()
    ;(await patient).release()
    expect(cache.stats()).toMatchObject({ waiting: 0, inUse: 0, idle: 1 })
  })

  test('that is invalidated while others queue for it is not handed on: they get the next one', async () => {
    const agents = exclusive()
    const first = await agents.cache.acquire(keyOf())
    const queued = [agents.ask(), agents.ask()]
    await settle()
    agents.version = 2
    await agents.cache.invalidate({ agentId: 'a' })
    expect(await Promise.all(queued)).toEqual(['build invalidated v2', 'memory v2'])
    expect(first.agent.disposals).toBe(0)
    first.release()
    await settle()
    expect(first.agent.disposals).toBe(1)
  })

  test('whose time is over when its holder lets go is not handed on', async () => {
    const agents = exclusive({ configTtlMs: 1_000, live: { concurrency: 'exclusive' } })
    const first = await agents.cache.acquire(keyOf())
    const queued = agents.ask()
    await agents.clock.advance(1_000)
    agents.version = 2
    first.release()
    expect(await queued).toBe('build expired v2')
  })

  test('cannot be had without a lease', async () => {
    const { cache } = exclusive()
    expect(() => cache.getIfPresent(keyOf())).toThrow('Use acquire or use')
    await expect(cache.getOrBuild(keyOf())).rejects.toThrow('Use acquire or use')
  })

  test('of a build that many wait for goes to one of them, the others queue', async () => {
    const agents = exclusive()
    const loaded = gate<unknown>()
    agents.load = () => loaded.promise
    const asked = [agents.ask(), agents.ask(), agents.ask()]
    await settle()
    loaded.open({ name: 'n', version: 1 })
    expect(await Promise.all(asked)).toEqual(['build cold v1', 'memory v1', 'memory v1'])
    expect(agents.loads).toHaveLength(1)
  })
})
