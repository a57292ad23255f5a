import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { InvalidationRetry } from './invalidation-retry.ts'

/** A store that takes nothing while it is down, and what was asked of it. */
function setUp({ random = 0 }: { random?: number } = {}) {
  const trace: string[] = []
  const store = { up: false, held: undefined as Promise<void> | undefined }
  const log = (message: unknown) => trace.push(`log: ${String(message)}`)
  const retry = new InvalidationRetry({
    async invalidate(target) {
      const { agentId, tags = [agentId] } = Object(target) as { agentId?: string; tags?: string[] }
      trace.push(`${Date.now()}: ${tags.join()}`)
      const { up } = store
      await store.held
      if (!up) throw new Error('The store is down.')
    },
    log: { warn: (_details: unknown, text?: unknown) => log(text), error: (details: unknown) => log(JSON.stringify(details)) },
    random: () => random,
  })
  return { retry, store, trace }
}

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

it('tries again, after pauses that grow up to a bound, until the store has taken it', async () => {
  const { retry, store, trace } = setUp()
  retry.add({ agentId: 'a' })
  await vi.advanceTimersByTimeAsync(20_000)
  expect(trace).toEqual([125, 375, 875, 1_875, 3_875, 7_875, 12_875, 17_875].map((at) => `${at}: a`))
  store.up = true
  await vi.advanceTimersByTimeAsync(60_000)
  expect(trace.slice(8)).toEqual(['22875: a', 'log: the store has been told of an edit now'])
  expect(retry.pending).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

it('leaves half of each pause to chance', async () => {
  const { retry, trace } = setUp({ random: 0.6 })
  retry.add({ agentId: 'a' })
  await vi.advanceTimersByTimeAsync(800)
  expect(trace).toEqual(['200: a', '600: a'])
})

it('asks for one of many while the store is down, and for all of them once it is up', async () => {
  const { retry, store, trace } = setUp()
  for (const agentId of ['a', 'b', 'a', 'c']) retry.add({ agentId })
  await vi.advanceTimersByTimeAsync(200)
  expect(trace).toEqual(['125: a'])
  store.up = true
  await vi.advanceTimersByTimeAsync(200)
  expect(trace.filter((line) => !line.startsWith('log'))).toEqual(['125: a', '375: a', '375: b', '375: c'])
  expect(retry.pending).toEqual([])
})

it('starts over with short pauses after the store has been there', async () => {
  const { retry, store, trace } = setUp()
  retry.add({ agentId: 'a' })
  await vi.advanceTimersByTimeAsync(10_000)
  store.up = true
  await vi.advanceTimersByTimeAsync(10_000)
  store.up = false
  trace.length = 0
  retry.add({ agentId: 'a' })
  await vi.advanceTimersByTimeAsync(200)
  expect(trace).toEqual(['20125: a'])
})

it('takes what was granted before a later edit for no answer to that one', async () => {
  const { retry, store, trace } = setUp()
  const { promise, resolve } = Promise.withResolvers<void>()
  store.up = true
  store.held = promise
  retry.add({ agentId: 'a' })
  await vi.advanceTimersByTimeAsync(125)
  retry.add({ agentId: 'a' })
  resolve()
  await vi.advanceTimersByTimeAsync(0)
  expect(retry.pending).toEqual([{ agentId: 'a' }])
  await vi.advanceTimersByTimeAsync(125)
  expect(trace).toEqual(['125: a', '250: a', 'log: the store has been told of an edit now'])
})

it('tries a last time when the worker stops, says what was in vain, and then rests', async () => {
  const { retry, trace } = setUp()
  retry.add({ agentId: 'a' })
  retry.add({ tags: ['tool:b'] })
  await retry.close()
  expect(trace).toEqual(['0: a', '0: tool:b', 'log: {"targets":[{"agentId":"a"},{"tags":["tool:b"]}]}'])
  retry.add({ agentId: 'c' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(trace).toHaveLength(3)
  expect(vi.getTimerCount()).toBe(0)
})

it('has nothing to say when the last attempt succeeds', async () => {
  const { retry, store, trace } = setUp()
  retry.add({ agentId: 'a' })
  store.up = true
  await retry.close()
  expect(trace).toEqual(['0: a', 'log: the store has been told of an edit now'])
})
