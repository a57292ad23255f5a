import { afterEach, describe, expect, test } from 'vitest'
import { type ConfigStore, createInvalidator } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { keyOf, TestAgents } from './test-agents.ts'
import { sharing, type StoreConnection } from '../src/store/index.ts'

type Options = NonNullable<ConstructorParameters<typeof TestAgents>[0]>

const opened: TestAgents[] = []
afterEach(async () => {
  for (const { cache, clock } of opened.splice(0)) {
    const closed = cache.close({ drainMs: 0 })
    await clock.advance(5_000)
    await closed
  }
})

/** Workers that share a store, each known to the others, and a list of them that is old enough to be whole. */
async function fleetOf(...options: Options[]) {
  const clock = new ManualClock()
  const store = new MemoryStore({ clock })
  const workers: TestAgents[] = []
  for (const each of options) {
    const agents = new TestAgents({ store, clock, ...each })
    opened.push(agents)
    workers.push(agents)
    await agents.ask()
  }
  await clock.advance(1_500)
  return { clock, store, space: store.namespace('test'), workers: workers as [TestAgents, TestAgents, ...TestAgents[]] }
}

/** Lets letters arrive until `work` is done, with no more than `ms` of waiting. */
async function within<Result>(clock: ManualClock, ms: number, work: Promise<Result>): Promise<Result> {
  let done = false
  const watched = work.finally(() => (done = true))
  watched.catch(() => {})
  for (let waited = 0; !done && waited <= ms; waited += 50) await (waited === 0 ? settle() : clock.advance(50))
  return watched
}

/** A letter as a stranger would send it. */
const letter = (changes: object): string =>
  JSON.stringify({ type: 'ask', from: 'stranger', id: '1', room: 100_000, question: { about: 'stats' }, ...changes })

/** What arrives at an inbox of the test's own. */
function inbox(store: MemoryStore, name = 'stranger') {
  const letters: string[] = []
  const connection = store.connect('test')
  connection.listen(name, { onClock() {}, onListening() {}, onMessage: (message) => letters.push(message) })
  return { letters, send: (worker: string, message: string) => connection.send(worker, message) }
}

describe('workers.stats', () => {
  test('has the numbers of every worker, and what the application says of each, this one first', async () => {
    const { clock, workers } = await fleetOf(
      { describeWorker: () => ({ machine: 'one' }) },
      { describeWorker: () => ({ machine: 'two' }) },
      {},
    )
    const [one, two, three] = workers
    await two.ask({ sessionId: 'another' })
    const asked = await within(clock, 0, one.cache.workers.stats())
    expect([asked.silent, asked.unreachable, asked.workers[0]!.worker]).toEqual([[], false, one.cache.workers.name])
    const byName = new Map(asked.workers.map(({ worker, ...said }) => [worker, said]))
    expect(byName.get(one.cache.workers.name)).toMatchObject({ about: { machine: 'one' }, stats: { live: 1 } })
    expect(byName.get(two.cache.workers.name)).toMatchObject({ about: { machine: 'two' }, stats: { live: 2 } })
    expect(byName.get(three!.cache.workers.name)).toMatchObject({
      about: undefined,
      stats: three!.cache.stats().served && { live: 1 },
    })
    expect(byName.size).toBe(3)
  })

  test('names those who do not answer in time, and has the others', async () => {
    const { clock, space, workers } = await fleetOf({}, {}, {})
    const [one, two, deaf] = workers
    space.listeners.delete(deaf!.cache.workers.name)
    const asking = one.cache.workers.stats({ timeoutMs: 300 })
    const asked = await within(clock, 300, asking)
    expect(asked.silent).toEqual([deaf!.cache.workers.name])
    expect(asked.workers.map(({ worker }) => worker)).toEqual([one, two].map(({ cache }) => cache.workers.name))
  })

  test('leaves out a worker whose process has ended, although it is still on the list', async () => {
    const { clock, space, workers } = await fleetOf({}, {})
    const { history, clock: seen } = space.clock!
    const ended = workers[0].cache.workers.name.replace(/:\d+:/, ':99999999:')
    space.present.set(ended, { value: { worker: ended, history, clock: seen }, expiresAt: Infinity })
    const asked = await within(clock, 0, workers[0].cache.workers.stats())
    expect([asked.workers.length, asked.silent]).toEqual([2, []])
  })

  test('does not wait for an invalidator, which serves no agents', async () => {
    const { clock, store, workers } = await fleetOf({}, {})
    await using invalidator = createInvalidator({ namespace: 'test', store, clock })
    await within(clock, 0, invalidator.invalidate('all', { confirm: true }))
    const asked = await within(clock, 0, workers[0].cache.workers.stats())
    expect([asked.workers.length, asked.silent]).toEqual([2, []])
  })

  test.each(['question', 'answer'])('asks again when the %s was lost', async (lost) => {
    const { clock, space, workers } = await fleetOf({}, {})
    const [one, two] = workers
    const { name } = (lost === 'question' ? two : one).cache.workers
    const listeners = space.listeners.get(name)!
    space.listeners.delete(name)
    const asking = one.cache.workers.stats({ timeoutMs: 1_000 })
    await settle()
    space.listeners.set(name, listeners)
    expect((await within(clock, 250, asking)).workers).toHaveLength(2)
  })

  test('of a list of workers that has just been lost waits until all are on it again', async () => {
    const { clock, space, workers } = await fleetOf({}, {})
    space.clock = undefined
    const asked = await within(clock, 1_050, workers[0].cache.workers.stats({ timeoutMs: 2_000 }))
    expect([asked.workers.length, asked.silent]).toEqual([2, []])
  })

  test('is of this worker alone, and says so, while the store is away', async () => {
    const { clock, space, workers } = await fleetOf({ storeTimeoutMs: 50 }, {})
    const fails = () => {
      throw new Error('away')
    }
    Object.assign(space, { workers: fails, sync: fails, clockNow: fails })
    const first = await within(clock, 50, workers[0].cache.workers.stats())
    await clock.advance(1_000)
    expect(workers[0].cache.stats().synced).toBe(false)
    const second = await workers[0].cache.workers.stats()
    for (const asked of [first, second]) {
      expect([asked.workers.length, asked.silent, asked.unreachable]).toEqual([1, [], true])
    }
  })

  test('without a store is of this worker alone, at once', async () => {
    const { cache, clock } = new TestAgents({ describeWorker: () => 'alone' })
    expect(await cache.workers.stats()).toMatchObject({ workers: [{ about: 'alone' }], silent: [], unreachable: false })
    expect(clock.timers).toBe(0)
  })

  test.each<[string, () => unknown]>([
    ['throws', () => raise('no')],
    ['returns no JSON', () => ({ size: 1n })],
    ['returns a promise', async () => 'late'],
    ['returns too much', () => 'x'.repeat(70_000)],
  ])('of a worker whose describeWorker %s lacks that only, and there it is an event', async (_, describeWorker) => {
    const { clock, workers } = await fleetOf({}, { describeWorker: describeWorker as () => string })
    const failures: unknown[] = []
    workers[1].cache.on('describe-failed', ({ error }) => failures.push(error))
    const asked = await within(clock, 0, workers[0].cache.workers.stats())
    expect(asked.workers[1]).toMatchObject({ about: undefined, stats: { live: 1 } })
    expect(failures).toEqual([expect.any(Error)])
  })

  test('of a fleet so large that all answers would be too much, leaves out what is large', async () => {
    const { clock, space, workers } = await fleetOf({}, { describeWorker: () => 'x'.repeat(20_000) })
    const { history, clock: seen } = space.clock!
    for (let other = 0; other < 400; other++) {
      const value = { worker: `silent-${other}`, history, clock: seen }
      space.present.set(value.worker, { value, expiresAt: Infinity })
    }
    const asked = await within(clock, 100, workers[0].cache.workers.stats({ timeoutMs: 100 }))
    expect([asked.workers.length, asked.workers[1]?.about, asked.silent.length]).toEqual([2, undefined, 400])
  })

  test('refuses a timeout that is none, ends with what it has when the cache closes, and then refuses', async () => {
    const { clock, space, workers } = await fleetOf({}, {}, {})
    const [one, , deaf] = workers
    await expect(one.cache.workers.stats({ timeoutMs: Number.NaN })).rejects.toMatchObject({ option: 'timeoutMs' })
    space.listeners.delete(deaf!.cache.workers.name)
    const asking = one.cache.workers.stats({ timeoutMs: 60_000 })
    await settle()
    const closing = one.cache.close()
    expect((await asking).workers).toHaveLength(2)
    await within(clock, 1_000, closing)
    await expect(one.cache.workers.stats()).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
    await expect(one.cache.workers.explain(keyOf())).rejects.toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
  })
})

describe('workers.explain', () => {
  test('says where each worker has a key and what happened to it there, and what the store has', async () => {
    const { clock, workers } = await fleetOf({}, {})
    const [one, two] = workers
    await two.ask({ sessionId: 'mine' })
    await clock.advance(100)
    const key = keyOf({ sessionId: 'mine' })
    const explained = await within(clock, 0, one.cache.workers.explain(key))
    expect(explained).toMatchObject({ key, config: { state: 'usable' }, silent: [], unreachable: false })
    expect(explained.workers).toEqual([
      { worker: one.cache.workers.name, memory: { present: false }, timeline: [] },
      {
        worker: two.cache.workers.name,
        memory: expect.objectContaining({ present: true, standing: 'fresh', ageMs: 100 }),
        timeline: [expect.objectContaining({ event: 'created', source: 'build' })],
      },
    ])
    expect(one.loads).toHaveLength(1)
    await expect(one.cache.workers.explain({} as never)).rejects.toMatchObject({ code: 'REKINDLE_INVALID_KEY' })
  })

  test('has room for the longest of keys and of texts', async () => {
    const { clock, workers } = await fleetOf({}, {})
    const [one, two] = workers
    const key = keyOf({ sessionId: '\u0001'.repeat(8_000) })
    two.load = () => Promise.reject(new Error('\u0001 '.repeat(400)))
    for (let turn = 0; turn < 20; turn++) await two.ask(key).catch(() => {})
    const explained = await within(clock, 0, one.cache.workers.explain(key))
    expect(explained.workers[1]?.timeline).toHaveLength(16)
  })
})

describe('a worker that is asked', () => {
  test('answers who asked, and nobody else; to what is no question, nothing', async () => {
    const { store, workers } = await fleetOf({}, {})
    const { letters, send } = inbox(store)
    const elsewhere = inbox(store, 'elsewhere')
    const { name } = workers[0].cache.workers
    await send(name, letter({}))
    await settle()
    expect(letters.map((text) => JSON.parse(text))).toEqual([
      { type: 'answer', from: name, id: '1', answer: { stats: expect.objectContaining({ live: 1 }) } },
    ])
    for (const question of [undefined, null, 'stats', { about: 'secrets' }, { about: 'key', key: { agentId: 'a' } }]) {
      await send(name, letter({ question, id: String(question) }))
    }
    await send(name, letter({ from: 7 }))
    await send(name, letter({ from: 'x'.repeat(600) }))
    await send(name, letter({ room: 10 }))
    await send(name, letter({ question: { about: 'stats' }, filler: 'x'.repeat(140_000) }))
    await settle()
    expect([letters.length, elsewhere.letters.length]).toEqual([1, 0])
  })

  test('answers a question that comes twice once, and of a flood a few', async () => {
    const { clock, store, workers } = await fleetOf({ describeWorker: () => ++described }, {})
    let described = 0
    const { letters, send } = inbox(store)
    const { name } = workers[0].cache.workers
    const twice = letter({})
    await Promise.all([send(name, twice), send(name, twice)])
    await settle()
    expect(letters).toHaveLength(1)
    for (let turn = 0; turn < 500; turn++) {
      await send(name, letter({ id: `flood-${turn}` }))
      await settle()
    }
    expect(described).toBeLessThanOrEqual(50)
    await clock.advance(1_000)
    await send(name, letter({ id: 'later' }))
    await settle()
    expect(letters.at(-1)).toContain('"later"')
  })

  test('has no more than four answers under way', async () => {
    const clock = new ManualClock()
    const memory = new MemoryStore({ clock })
    let sending = 0
    const slow = (connection: StoreConnection): StoreConnection => ({
      ...connection,
      send: () => {
        sending++
        return new Promise(() => {})
      },
    })
    const store: ConfigStore = { name: 'slow', connect: (namespace) => slow(memory.connect(namespace)), sharing }
    const agents = new TestAgents({ store, clock })
    await agents.ask()
    await settle()
    const { send } = inbox(memory)
    for (let turn = 0; turn < 20; turn++) await send(agents.cache.workers.name, letter({ id: `flood-${turn}` }))
    await settle()
    expect(sending).toBe(4)
  })
})

describe('a worker that asks', () => {
  test('takes no answer from a stranger, to another question, of another shape, or after the first', async () => {
    const { clock, space, store, workers } = await fleetOf({}, {}, {})
    const [one, two, deaf] = workers
    const { name } = two.cache.workers
    for (const { cache } of [two, deaf!]) space.listeners.delete(cache.workers.name)
    const { letters, send } = inbox(store, name)
    const asking = one.cache.workers.stats({ timeoutMs: 100 })
    await settle()
    const { id, from } = JSON.parse(letters[0]!) as { id: string; from: string }
    const stats = JSON.parse(JSON.stringify(two.cache.stats())) as Record<string, unknown>
    const answer = (changes: object) =>
      send(from, JSON.stringify({ type: 'answer', from: name, id, answer: { about: 1, stats }, ...changes }))
    await answer({ from: 'stranger' })
    await answer({ id: 'another' })
    for (const wrong of [
      null,
      {},
      { stats: { ...stats, live: '1' } },
      { stats: { ...stats, served: { memory: -1, config: 0, build: 0 } } },
      { stats: { ...stats, latency: { memory: { count: 0, p50: 0, p99: 0, max: 0, histogram: [[1]] } } } },
      { stats, about: nested(200) },
    ]) {
      await answer({ answer: wrong })
    }
    await send(from, `{"type":"answer","from":${JSON.stringify(name)},"id":"${id}","answer":{"stats":{"live":1e999}}}`)
    await settle()
    await answer({ answer: { about: 'right', stats } })
    await answer({ answer: { about: 'too late', stats } })
    const asked = await within(clock, 100, asking)
    expect([asked.workers.map(({ about }) => about), asked.silent]).toEqual([[undefined, 'right'], [deaf!.cache.workers.name]])
    expect(Object.isFrozen(asked.workers[1]!.stats)).toBe(true)
  })
})

function nested(depth: number): unknown {
  return depth === 0 ? 0 : [nested(depth - 1)]
}

function raise(message: string): never {
  throw new Error(message)
}
