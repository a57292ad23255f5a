import { describe, expect, test } from 'vitest'
import { AgentNotFoundError, type ConfigStore } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'
import { sharing } from '../src/store/index.ts'

/** Workers on one store, where only the agents in `there` exist. */
function fleet(notFoundTtlMs?: number) {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock })
  const there = new Set<string>()
  const worker = (changes: Partial<ConfigStore> = {}) => {
    const agents = new TestAgents({
      store: { name: 'memory', connect: (name) => store.connect(name), sharing, ...changes },
      clock,
      ...(notFoundTtlMs !== undefined && { notFoundTtlMs }),
    })
    agents.load = ({ agentId }, { tag }) => {
      tag('catalogue')
      if (!there.has(agentId!)) throw new AgentNotFoundError(agentId!)
      return { name: agentId!, version: 1 }
    }
    const tried = (agentId: string) => agents.ask({ agentId }).catch((error: Error) => error)
    return Object.assign(agents, { tried })
  }
  return { clock, there, worker }
}

describe('an agent that does not exist', () => {
  test('is asked for at its source each time by default: whoever makes it need tell nobody', async () => {
    const { there, worker } = fleet()
    const one = worker()
    await one.tried('a')
    there.add('a')
    expect(await one.tried('a')).toBe('build cold v1')
  })

  test('is remembered for notFoundTtlMs, for each asker the same error', async () => {
    const { clock, there, worker } = fleet(5_000)
    const one = worker()
    const first = await one.tried('a')
    expect(AgentNotFoundError.isInstance(first)).toBe(true)
    for (let request = 0; request < 100; request++) expect(await one.tried('a')).toBe(first)
    expect(one.loads).toHaveLength(1)
    there.add('a')
    await clock.advance(4_999)
    expect(await one.tried('a')).toBe(first)
    await clock.advance(1)
    expect(await one.tried('a')).toBe('build cold v1')
  })

  test.each([
    ['its key', { agentId: 'a' }],
    ['a tag that was named before it was missed', { tags: ['catalogue'] }],
    ['everything', 'all' as const],
  ])('is forgotten when another worker invalidates %s, at once', async (_, target) => {
    const { there, worker } = fleet(60_000)
    const [one, two] = [worker(), worker()]
    await one.tried('a')
    await two.tried('b')
    there.add('a')
    await two.cache.invalidate(target)
    expect(await one.tried('a')).toBe('build cold v1')
  })

  test('is found when another worker has stored it meanwhile', async () => {
    const { there, worker } = fleet(60_000)
    const [one, two] = [worker(), worker()]
    await one.tried('a')
    there.add('a')
    expect(await two.tried('a')).toBe('build cold v1')
    await settle()
    expect(await one.tried('a')).toBe('config cold v1')
  })

  test('is asked for at its source while the store does not say what was invalidated', async () => {
    const { there, worker } = fleet(60_000)
    const real = new MemoryStore()
    let fault: (() => Promise<never>) | undefined
    const one = worker({
      connect: (name) => {
        const connection = real.connect(name)
        return { ...connection, read: (id) => fault?.() ?? connection.read(id) }
      },
    })
    await one.tried('a')
    there.add('a')
    fault = () => Promise.reject(new Error('down'))
    expect(await one.tried('a')).toBe('build store-unavailable v1')
  })

  test('costs bounded memory, however many are asked for', async () => {
    const { worker } = fleet(60_000)
    const one = worker()
    for (let batch = 0; batch < 12; batch++) {
      await Promise.all(Array.from({ length: 1_000 }, (_, at) => one.tried(`${batch}-${at}`)))
    }
    one.loads.length = 0
    await one.tried('11-999')
    expect(one.loads).toHaveLength(0)
    await one.tried('0-0')
    expect(one.loads).toHaveLength(1)
  })

  test('costs bounded memory, however long the ids are that are asked for', async () => {
    const { worker } = fleet(60_000)
    const one = worker()
    const long = (n: number) => `${n}`.padEnd(8_000, 'x')
    for (let n = 0; n < 600; n++) await one.tried(long(n))
    one.loads.length = 0
    await one.tried(long(599))
    expect(one.loads).toHaveLength(0)
    await one.tried(long(0))
    expect(one.loads).toHaveLength(1)
  })

  test('is not remembered if not all that it depends on could be noted', async () => {
    const { worker, there } = fleet(60_000)
    const one = worker()
    const { load } = one
    one.load = (key, context) => {
      for (let n = 0; n < 6_000; n++) context.tag(`${n}`)
      return load(key, context)
    }
    await one.tried('a')
    there.add('a')
    expect(await one.tried('a')).toBe('build cold v1')
  })
})
