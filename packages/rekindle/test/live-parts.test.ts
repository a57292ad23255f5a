import { describe, expect, test } from 'vitest'
import { Events } from '../src/events.ts'
import type { ConfigRecord } from '../src/config/config-record.ts'
import { Departures } from '../src/live/departures.ts'
import { Disposer } from '../src/live/disposer.ts'
import { IdleList } from '../src/live/idle-list.ts'
import { LiveAgent } from '../src/live/live-agent.ts'
import { summaryOf } from '../src/live/live-summary.ts'
import type { MemoryReading } from '../src/live/pressure/memory-reading.ts'
import { MemoryWatch } from '../src/live/pressure/memory-watch.ts'
import { Sweeper } from '../src/live/sweeper.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { Tracing } from '../src/tracing.ts'
import { gate, keyOf } from './test-agents.ts'

const identity = { namespace: 'test', worker: 'w' }

const record: ConfigRecord<string> = {
  config: 'config',
  key: keyOf(),
  fingerprint: 'fingerprint',
  asOf: { history: 'h', clock: 1, unconfirmed: 0 },
  tags: [],
  freshUntil: 9_000,
}

function liveAgent(name: string, now = 1_000): LiveAgent<string, string> {
  return new LiveAgent(name, keyOf({ sessionId: name }), record, { freshUntil: 5_000, staleUntil: 7_000 }, now)
}

describe('why agents left', () => {
  test('is remembered of the last ones, one that left again counting as new, until it is asked for', () => {
    const departures = new Departures(2)
    departures.note('a', 'idle')
    departures.note('b', 'expired')
    departures.note('a', 'evicted')
    departures.note('c', 'replaced')
    expect(['a', 'b', 'c'].map((key) => departures.take(key))).toEqual(['evicted', undefined, 'replaced'])
    expect(departures.take('a')).toBe(undefined)
  })
})

describe('a sweeper', () => {
  /** When it swept, in ms since the beginning. */
  function sweeping(...next: readonly number[]) {
    const clock = new ManualClock(0)
    const swept: number[] = []
    const sweeper = new Sweeper(clock, (now) => {
      swept.push(now)
      return next[swept.length - 1] ?? Infinity
    })
    return { clock, sweeper, swept }
  }

  test('comes when the earliest thing is due, in whatever order they were expected', async () => {
    const { clock, sweeper, swept } = sweeping()
    for (const due of [9_000, 4_000, 6_000]) sweeper.expect(due)
    expect(clock.timers).toBe(1)
    await clock.advance(20_000)
    expect([swept, clock.timers]).toEqual([[4_000], 0])
  })

  test('comes once a second at most', async () => {
    const { clock, sweeper, swept } = sweeping(2_100, 2_200, 5_000)
    sweeper.expect(10)
    await clock.advance(20_000)
    expect(swept).toEqual([1_000, 2_100, 3_100, 5_000])
  })

  test('that has been stopped comes no more, unless something new is expected', async () => {
    const { clock, sweeper, swept } = sweeping()
    sweeper.expect(4_000)
    sweeper.stop()
    expect(clock.timers).toBe(0)
    sweeper.expect(6_000)
    await clock.advance(20_000)
    expect(swept).toEqual([6_000])
  })
})

describe('the list of idle agents', () => {
  function listOf(...names: readonly string[]) {
    const list = new IdleList<string, string>()
    const agents = Object.fromEntries(names.map((name) => [name, liveAgent(name)]))
    for (const [index, name] of names.entries()) {
      agents[name]!.idleSince = 1_000 + index
      list.push(agents[name]!)
    }
    const order = (): [string, string] => {
      let [forwards, backwards] = ['', '']
      for (let live = list.oldest; live !== undefined; live = live.younger) forwards += live.agent
      for (let live = list.youngest; live !== undefined; live = live.older) backwards = live.agent + backwards
      return [forwards, backwards]
    }
    return { list, agents, order }
  }

  test.each(['a', 'b', 'c'])('is whole without %s, from both ends, and has it again at the young end', (name) => {
    const { list, agents, order } = listOf('a', 'b', 'c')
    list.remove(agents[name]!)
    list.remove(agents[name]!)
    const rest = 'abc'.replace(name, '')
    expect(order()).toEqual([rest, rest])
    list.push(agents[name]!)
    expect(order()).toEqual([rest + name, rest + name])
  })

  test('is empty without its only one', () => {
    const { list, agents, order } = listOf('a')
    list.remove(agents['a']!)
    expect([order(), list.oldest, list.youngest]).toEqual([['', ''], undefined, undefined])
  })

  test('has one that was used in the place of its use', () => {
    const { list, agents, order } = listOf('a', 'b', 'c', 'd')
    agents['a']!.idleSince = agents['c']!.idleSince
    list.moveUp(agents['a']!)
    expect(order()).toEqual(['bcad', 'bcad'])
    agents['b']!.idleSince = 0
    list.moveUp(agents['b']!)
    expect(order()).toEqual(['bcad', 'bcad'])
  })

  test('looks at the eight used last for that place, and no further', () => {
    const { list, agents, order } = listOf(...'abcdefghijkl'.split(''))
    agents['a']!.idleSince = 0
    list.moveUp(agents['a']!)
    expect(order()[0]).toBe('bcdaefghijkl')
  })
})

describe('a live agent', () => {
  test.each(['retired', 'disposed'] as const)('that is %s says so to who asks only then', (phase) => {
    const live = liveAgent('a')
    live.state = { phase, cause: 'evicted' }
    expect(live.retired.aborted).toBe(true)
  })

  test('says that it is retired to who asked before', () => {
    const live = liveAgent('a')
    live.state = { phase: 'ready' }
    const { retired } = live
    expect([retired.aborted, live.retired === retired]).toEqual([false, true])
    live.announceRetirement()
    expect(retired.aborted).toBe(true)
  })

  test('is summed up by its scope, with no time below zero, and none idle while it is held', () => {
    const live = liveAgent('s')
    live.idleSince = 2_000
    const at = (now: number) => summaryOf(live, ['sessionId'], now)
    expect(at(3_000)).toEqual({
      key: { sessionId: 's' },
      fingerprint: 'fingerprint',
      source: 'build',
      leases: 0,
      idleMs: 1_000,
      freshForMs: 2_000,
      createdAt: 1_000,
    })
    expect(at(1_500)).toMatchObject({ idleMs: 0, freshForMs: 3_500 })
    expect(at(6_000)).toMatchObject({ idleMs: 4_000, freshForMs: 0 })
    live.leases = 2
    expect(at(3_000)).toMatchObject({ leases: 2, idleMs: 0 })
  })
})

describe('disposing', () => {
  function disposing(dispose: (agent: string) => void | Promise<void>) {
    const events = new Events(identity)
    const trace: unknown[] = []
    events.on('disposed', ({ key, cause }) => trace.push(['disposed', key, cause]))
    events.on('dispose-failed', ({ key, cause, error }) => trace.push(['failed', key, cause, (error as Error).message]))
    const disposer = new Disposer(dispose, { events, tracing: new Tracing(identity) }, ['agentId'])
    return { disposer, trace }
  }
  const failing = new Error('still open')

  test.each([
    ['at once', () => {}, ['disposed', { agentId: 'a' }, 'idle']],
    ['later', async () => settle(), ['disposed', { agentId: 'a' }, 'idle']],
    [
      'with a failure at once',
      () => {
        throw failing
      },
      ['failed', { agentId: 'a' }, 'idle', 'still open'],
    ],
    ['with a failure later', () => Promise.reject(failing), ['failed', { agentId: 'a' }, 'idle', 'still open']],
  ])('that ends %s is told under the fields of the scope, and is settled then', async (_, dispose, told) => {
    const { disposer, trace } = disposing(dispose)
    disposer.dispose('agent', keyOf(), 'idle')
    await disposer.settled()
    expect(trace).toEqual([told])
  })

  test('is not settled before the last has ended', async () => {
    const gates = { one: gate(), two: gate() }
    const { disposer, trace } = disposing((agent) => gates[agent as 'one' | 'two'].promise)
    disposer.dispose('one', keyOf(), 'idle')
    let isSettled = false
    void disposer.settled().then(() => (isSettled = true))
    disposer.dispose('two', keyOf(), 'idle')
    gates.one.open()
    await settle()
    expect([isSettled, trace.length]).toEqual([false, 1])
    gates.two.open()
    await settle()
    expect([isSettled, trace.length]).toEqual([true, 2])
  })
})

describe('the watch on memory', () => {
  /** `droppable` are left to drop; the heap is full. */
  function watching({ droppable = 0, size = 1 } = {}) {
    const clock = new ManualClock(0)
    const events = new Events(identity)
    const told: unknown[] = []
    events.on('memory-pressure', (event) => told.push(event))
    const state = { droppable, size, looks: 0, broken: false }
    const readMemory = (): MemoryReading => {
      state.looks++
      if (state.broken) throw new Error('no such file')
      return { heap: { usedBytes: 990 + state.looks, limitBytes: 1_000 }, collections: state.looks }
    }
    const household = {
      get size() {
        return state.size
      },
      drop: () => (state.droppable > 0 ? (state.droppable--, 1) : 0),
    }
    const watch = new MemoryWatch(clock, readMemory, household, events)
    return { clock, watch, state, told }
  }

  test('looks at every eighth agent that comes, and once a second while there are any', async () => {
    const { clock, watch, state } = watching()
    for (let agents = 0; agents < 8; agents++) watch.start()
    expect(state.looks).toBe(1)
    watch.start()
    expect(state.looks).toBe(2)
    await clock.advance(2_000)
    expect([state.looks, clock.timers]).toEqual([4, 1])
  })

  test('rests when there are none, and begins anew with the next', async () => {
    const { clock, watch, state } = watching()
    for (let agents = 0; agents < 3; agents++) watch.start()
    state.size = 0
    await clock.advance(10_000)
    expect([state.looks, clock.timers]).toEqual([2, 0])
    state.size = 1
    watch.start()
    expect([state.looks, clock.timers]).toEqual([3, 1])
  })

  test('that has stopped does not look again', async () => {
    const { clock, watch, state } = watching()
    watch.start()
    watch.stop()
    watch.start()
    await clock.advance(10_000)
    expect([state.looks, clock.timers]).toEqual([1, 0])
  })

  test('says what it dropped, and once that there is nothing left to drop', async () => {
    const { clock, watch, told } = watching({ droppable: 1 })
    watch.start()
    await clock.advance(5_000)
    expect(told).toEqual([
      { resource: 'heap', usedBytes: 991, limitBytes: 1_000, dropped: 1 },
      expect.objectContaining({ resource: 'heap', dropped: 0 }),
    ])
  })

  test('looks at the other limit, too, when nothing is left to drop', () => {
    const events = new Events(identity)
    const told: string[] = []
    events.on('memory-pressure', ({ resource, dropped }) => told.push(`${resource} ${dropped}`))
    const full = { usedBytes: 990, limitBytes: 1_000 }
    const readMemory = () => ({ heap: full, container: full, collections: 0 })
    new MemoryWatch(new ManualClock(), readMemory, { size: 1, drop: () => 0 }, events).start()
    new MemoryWatch(new ManualClock(), readMemory, { size: 1, drop: () => 2 }, events).start()
    expect(told).toEqual(['heap 0', 'container 0', 'heap 2'])
  })

  test('does without what cannot be read', async () => {
    const { clock, watch, state, told } = watching()
    state.broken = true
    watch.start()
    await clock.advance(1_000)
    expect([state.looks, told]).toEqual([2, []])
  })
})
