import { afterEach, describe, expect, test } from 'vitest'
import { type AgentKey, createInvalidator, type RecordingPage, type RequestWatcher, type WatchedCache } from '../src/index.ts'
import { hashOf } from '../src/watch/key-hash.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { keyOf, TestAgents } from './test-agents.ts'

const opened: TestAgents[] = []
afterEach(async () => {
  for (const { cache, clock } of opened.splice(0)) {
    const closed = cache.close({ drainMs: 0 })
    await clock.advance(5_000)
    await closed
  }
})

/** Writes everything down. */
class Notebook implements RequestWatcher {
  readonly longestTtlMs: number | undefined
  readonly seen: { readonly live: number; readonly config: number; readonly now: number }[] = []
  cache!: WatchedCache
  closed = false
  readonly pageLength: number
  onPage: () => void = () => {}
  onClose: () => void = () => {}

  constructor({ longestTtlMs, pageLength = Infinity }: { longestTtlMs?: number; pageLength?: number } = {}) {
    this.longestTtlMs = longestTtlMs
    this.pageLength = pageLength
  }

  watch(cache: WatchedCache) {
    this.cache = cache
    return {
      see: (live: number, config: number, now: number) => void this.seen.push({ live, config, now }),
      page: (of: 'live' | 'config', after: number, maxEvents: number): RecordingPage => {
        this.onPage()
        const part = this.seen.slice(after, after + Math.min(this.pageLength, maxEvents))
        const next = after + part.length
        const events = part.flatMap((each) => [each.now, each[of]])
        const [since, until] = [this.seen[0]?.now ?? 0, cache.clock.now()]
        return { since, until, requests: this.seen.length, threshold: 2 ** 31, next, more: next < this.seen.length, events }
      },
      close: () => {
        this.closed = true
        this.onClose()
      },
    }
  }
}

function begin(options: ConstructorParameters<typeof TestAgents>[0] & { advisor: Notebook }) {
  const agents = new TestAgents(options)
  opened.push(agents)
  return agents
}

const hashesOf = (key: Partial<AgentKey>) => hashOf(JSON.stringify(key))

describe('a watcher of requests', () => {
  test('hears of each miss, and of hits of the same agent once a second', async () => {
    const advisor = new Notebook()
    const agents = begin({ advisor })
    const begun = agents.clock.now()
    await agents.ask()
    for (let hit = 0; hit < 300; hit++) await agents.ask()
    await agents.cache.getOrBuild(keyOf())
    await agents.clock.advance(999)
    agents.cache.getIfPresent(keyOf())
    await agents.clock.advance(1)
    agents.cache.getIfPresent(keyOf())
    await agents.clock.advance(1_000)
    await agents.ask()
    expect(advisor.seen.map(({ now }) => now - begun)).toEqual([0, 0, 1_000, 2_000])
    expect(new Set(advisor.seen.map(({ live }) => live))).toEqual(new Set([hashesOf(keyOf())]))
  })

  test('hears the hashes of the key as each scope has it: the same where the scopes are', async () => {
    const advisor = new Notebook()
    const agents = begin({ advisor, configScope: ['agentId', 'reasoning'] })
    const { agentId, userId, reasoning } = keyOf()
    await agents.ask()
    await agents.ask()
    const expected = { live: hashesOf({ agentId, userId, sessionId: 's', reasoning }), config: hashesOf({ agentId, reasoning }) }
    expect(advisor.seen.map(({ live, config }) => ({ live, config }))).toEqual([expected, expected])
    const same = new Notebook()
    await begin({ advisor: same, liveScope: ['agentId'] }).ask()
    expect(same.seen[0]).toMatchObject({ live: hashesOf({ agentId }), config: hashesOf({ agentId }) })
    expect([advisor.cache.sharesConfigs, same.cache.sharesConfigs]).toEqual([true, false])
  })

  test('may change the times to live of what comes next, and everybody is told', async () => {
    const advisor = new Notebook({ longestTtlMs: 10_000 })
    const store = new MemoryStore()
    const agents = begin({ advisor, store, configTtlMs: 1_000 })
    agents.record('tuned', ({ from, to, target }) => `${from.configTtlMs} → ${to.configTtlMs} for ${target}`)
    advisor.cache.tune({ configTtlMs: 10_000, liveTtlMs: 10_000 }, { target: 0.9, predicted: 0.95 })
    await agents.ask()
    await agents.clock.advance(9_999)
    expect(await agents.ask()).toBe('memory v1')
    await agents.clock.advance(1)
    agents.version = 2
    expect(await agents.ask()).toMatch(/^build expired v2/)
    expect(agents.trace).toEqual(['1000 → 10000 for 0.9'])
    expect(agents.cache.stats().settings).toEqual({ configTtlMs: 10_000, liveTtlMs: 10_000, idleMs: 900_000, maxAgents: 1_000 })
    advisor.cache.tune({ idleMs: 10, maxAgents: 1 }, { target: 0.9, predicted: 0.95 })
    await agents.ask({ sessionId: 'another' })
    expect(agents.cache.stats().live).toBe(1)
    await agents.clock.advance(10)
    expect(await agents.ask({ sessionId: 'another' })).toMatch(/^config idle v2/)
  })

  test('that fails keeps neither the cache from closing nor the process from living', async () => {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock })
    const advisor = new Notebook()
    const agents = begin({ advisor, store, clock })
    agents.record('store-error', ({ operation, error }) => `${operation}: ${String(error)}`)
    await agents.ask()
    await clock.advance(1_500)
    const fail = () => {
      throw new Error('no such thing')
    }
    advisor.onPage = fail
    const outsider = createInvalidator({ namespace: 'test', store, clock })
    const asking = outsider.workers.recordings({ timeoutMs: 300 })
    for (let waited = 0; waited <= 300; waited += 100) await clock.advance(100)
    expect(await asking).toMatchObject({ silent: [agents.cache.workers.name], recordings: [] })
    await outsider.close()

    advisor.onClose = fail
    await agents.cache.close()
    expect(agents.made.map(({ disposals }) => disposals)).toEqual([1])
    expect(store.namespace('test').present.size).toBe(0)
    expect(agents.trace).toEqual(['close: Error: no such thing'])
  })

  test('is closed with the cache', async () => {
    const advisor = new Notebook()
    const agents = begin({ advisor })
    await agents.cache.close()
    expect(advisor.closed).toBe(true)
  })
})

describe('workers.recordings', () => {
  test('has the whole of what each worker wrote down, page after page, and names those who write nothing down', async () => {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock })
    const notebooks = [new Notebook({ pageLength: 2 }), new Notebook({ pageLength: 3 })] as const
    const [one, two] = notebooks.map((advisor) => begin({ advisor, store, clock })) as [TestAgents, TestAgents]
    const without = new TestAgents({ store, clock })
    opened.push(without)
    for (const sessionId of ['1', '2', '3', '4', '5', '6', '7']) await two.ask({ sessionId })
    await one.ask({ sessionId: '8' })
    await without.ask()
    await clock.advance(1_500)
    const outsider = createInvalidator({ namespace: 'test', store, clock })
    for (const { workers } of [one.cache, outsider]) {
      const { recordings, unwatched, silent, unreachable } = await workers.recordings()
      expect({ unwatched, silent, unreachable }).toEqual({
        unwatched: [without.cache.workers.name],
        silent: [],
        unreachable: false,
      })
      expect(recordings.map(({ page }) => page.more)).toEqual([false, false])
      const events = new Map(recordings.map(({ worker, page }) => [worker, page.events]))
      expect(events.get(one.cache.workers.name)).toEqual(notebooks[0].seen.flatMap(({ live, now }) => [now, live]))
      expect(events.get(two.cache.workers.name)).toEqual(notebooks[1].seen.flatMap(({ live, now }) => [now, live]))
    }

    const read = await outsider.workers.recordings()
    const after = Object.fromEntries(read.recordings.map(({ worker, page }) => [worker, page.next]))
    await two.ask({ sessionId: '9' })
    const next = await outsider.workers.recordings({ after })
    expect(next.recordings.flatMap(({ page }) => page.events)).toHaveLength(2)
    await outsider.close()
  })

  test('has what a worker said until it fell silent, in the time of two answers', async () => {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock })
    const advisor = new Notebook({ pageLength: 2 })
    const agents = begin({ advisor, store, clock })
    for (const sessionId of ['1', '2', '3', '4', '5']) await agents.ask({ sessionId })
    await clock.advance(1_500)
    // It answers once, with a page after which there is more.
    const listeners = store.namespace('test').listeners
    const read = advisor.seen.length
    advisor.onPage = () => void listeners.delete(agents.cache.workers.name)
    const outsider = createInvalidator({ namespace: 'test', store, clock })
    let recorded: Awaited<ReturnType<typeof outsider.workers.recordings>> | undefined
    void outsider.workers.recordings({ timeoutMs: 300 }).then((said) => (recorded = said))
    for (let waited = 0; waited <= 300; waited += 100) await clock.advance(100)
    expect(recorded).toMatchObject({ silent: [agents.cache.workers.name], recordings: [{ page: { more: false } }] })
    expect([recorded!.recordings[0]!.page.events.length, read]).toEqual([4, 5])
    await outsider.close()
  })

  test('takes no recording that is none', async () => {
    const clock = new ManualClock()
    const store = new MemoryStore({ clock })
    const notebook = new Notebook()
    const agents = begin({ advisor: notebook, store, clock })
    await agents.ask()
    await clock.advance(1_500)
    notebook.seen.push({ live: -1, config: 0.5, now: 0 })
    const outsider = createInvalidator({ namespace: 'test', store, clock })
    const asking = outsider.workers.recordings({ timeoutMs: 300 })
    for (let waited = 0; waited <= 300; waited += 100) await clock.advance(100)
    expect(await asking).toMatchObject({ recordings: [], silent: [agents.cache.workers.name] })
    await outsider.close()
    await settle()
  })
})

test('who only asks gets the numbers of all workers, and where a key stands, and is no worker itself', async () => {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock })
  const agents = new TestAgents({ store, clock, configScope: ['agentId'] })
  opened.push(agents)
  await agents.ask()
  await clock.advance(1_500)
  const outsider = createInvalidator({ namespace: 'test', store, clock, configScope: ['agentId'] })
  const stats = await outsider.workers.stats()
  expect(stats.workers.map(({ worker, stats: { live } }) => ({ worker, live }))).toEqual([
    { worker: agents.cache.workers.name, live: 1 },
  ])
  const explained = await outsider.workers.explain(keyOf())
  expect(explained).toMatchObject({
    config: { state: 'usable', stale: false, entry: { freshForMs: 3_600_000 - 1_500 } },
    workers: [{ worker: agents.cache.workers.name, memory: { present: true }, timeline: [{ event: 'created' }] }],
  })
  await outsider.close()
  await expect(outsider.workers.stats()).rejects.toThrow(expect.objectContaining({ code: 'REKINDLE_CACHE_CLOSED' }))
})
