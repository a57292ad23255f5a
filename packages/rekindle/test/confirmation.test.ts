import { describe, expect, test } from 'vitest'
import type { WorkerList } from '../src/config/config-store.ts'
import { Events } from '../src/events.ts'
import type { InvalidationUnconfirmedError } from '../src/index.ts'
import { Confirmations } from '../src/invalidation/confirmation.ts'
import { invalidateAt } from '../src/invalidation/invalidate-at.ts'
import { InvalidationView } from '../src/invalidation/view.ts'
import { GuardedStore } from '../src/resilience/guarded-store.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'

const goal = { history: 'h', clock: 5 }

/** Worker `me`, whose view is at the goal, among those that `lists` name; the last list stays. */
function confirming(...lists: readonly (() => Promise<WorkerList>)[]) {
  const clock = new ManualClock()
  const sent: string[] = []
  let asked = 0
  const connection = {
    ...new MemoryStore().connect('test'),
    workers: () => lists[Math.min(asked++, lists.length - 1)]!(),
    send: async (worker: string) => void sent.push(worker),
  }
  const store = new GuardedStore('memory', connection, 250, clock, new Events({ namespace: 'test', worker: 'me' }))
  const view = new InvalidationView('before')
  view.apply({ clock: { ...goal, floor: 0 }, targets: [] })
  const confirmations = new Confirmations('me', store, view, clock, 1_000)
  const confirm = (timeoutMs: number) => {
    const outcome: { end?: true | InvalidationUnconfirmedError } = {}
    confirmations.confirm(goal, timeoutMs).then(
      () => (outcome.end = true),
      (error: unknown) => (outcome.end = error as InvalidationUnconfirmedError),
    )
    return outcome
  }
  const hear = async (worker: string, at: number, history = 'h') => {
    confirmations.hear({ type: 'seen', worker, history, clock: at })
    await settle()
  }
  return { clock, view, confirm, hear, sent, asked: () => asked }
}

const list =
  (clocks: Record<string, number | string>, keptForMs = 1_000) =>
  async (): Promise<WorkerList> => ({
    keptForMs,
    reports: Object.entries(clocks).map(([worker, at]) =>
      typeof at === 'number' ? { worker, history: 'h', clock: at } : { worker, history: at, clock: 99 },
    ),
  })

describe('a confirmation', () => {
  test('asks those alone who have not reported, and comes with the last report, without another look', async () => {
    const { clock, confirm, hear, sent, asked } = confirming(list({ me: 0, one: 4, two: 4, done: 5 }))
    const outcome = confirm(1_000)
    await settle()
    expect(sent).toEqual(['one', 'two'])
    await hear('one', 4)
    await hear('two', 6)
    expect(outcome.end).toBe(undefined)
    const timers = clock.timers
    await hear('one', 5)
    expect([outcome.end, asked(), clock.timers]).toEqual([true, 1, timers - 1])
  })

  test('asks again, in a tenth of a second, who has not reported by then', async () => {
    const { clock, confirm, hear, sent } = confirming(list({ one: 4, two: 4 }))
    confirm(1_000)
    await settle()
    await hear('one', 5)
    await clock.advance(99)
    expect(sent).toEqual(['one', 'two'])
    await clock.advance(1)
    expect(sent).toEqual(['one', 'two', 'two'])
  })

  test('does not rely on a list of workers from which one may be missing', async () => {
    const young = list({ one: 4 }, 999)
    const { clock, confirm, hear } = confirming(young, young, list({ one: 4, late: 4 }))
    const outcome = confirm(1_000)
    await settle()
    await hear('one', 5)
    await clock.advance(100)
    expect(outcome.end).toBe(undefined)
    await clock.advance(100)
    expect(outcome.end).toBe(undefined)
    await hear('late', 5)
    expect(outcome.end).toBe(true)
  })

  test('that fails names those who have not reported, and why the store could not be asked again', async () => {
    const hang = () => new Promise<never>(() => {})
    const { clock, confirm, hear } = confirming(list({ one: 4, two: 4 }), hang)
    const outcome = confirm(300)
    await clock.advance(150)
    await hear('one', 5)
    await clock.advance(200)
    expect(outcome.end).toMatchObject({ code: 'REKINDLE_INVALIDATION_UNCONFIRMED', workers: ['two'] })
    const { cause } = outcome.end as InvalidationUnconfirmedError
    expect((cause as Error).message).toBe('The store did not answer which workers there are within storeTimeoutMs (250 ms).')
  })

  test('takes a report of another history for none while this process has not heard of that', async () => {
    const { confirm, hear, sent } = confirming(list({ one: 'g' }))
    const outcome = confirm(1_000)
    await settle()
    expect(sent).toEqual(['one'])
    await hear('one', 99, 'g')
    expect(outcome.end).toBe(undefined)
  })

  test('takes a report of the history that has followed for one: there, everything older is invalid', async () => {
    const { view, confirm, hear } = confirming(list({ one: 4, two: 4 }))
    const outcome = confirm(1_000)
    await settle()
    view.apply({ clock: { history: 'g', clock: 1, floor: 0 }, targets: [] })
    await hear('one', 1, 'g')
    await hear('two', 99, 'x')
    expect(outcome.end).toBe(undefined)
    await hear('two', 1, 'g')
    expect(outcome.end).toBe(true)
  })
})

describe('an invalidation', () => {
  function fleet() {
    const calls: string[] = []
    const parts = {
      invalidations: { invalidate: async () => (calls.push('invalidate'), { ...goal, floor: 0 }) },
      confirmations: { confirm: async (_: unknown, timeoutMs: number) => void calls.push(`confirm ${timeoutMs}`) },
      heartbeat: { start: () => void calls.push('listen') },
    }
    return { calls, parts: parts as never }
  }

  test('listens and waits for others only if it is to be confirmed', async () => {
    const { calls, parts } = fleet()
    await invalidateAt(parts, [['agentId']], { agentId: 'a' }, {})
    expect(calls).toEqual(['invalidate'])
    calls.length = 0
    await invalidateAt(parts, [['agentId']], { agentId: 'a' }, { confirm: true })
    expect(calls).toEqual(['listen', 'invalidate', 'confirm 5000'])
  })

  test('of what nothing here depends on is none', async () => {
    const { calls, parts } = fleet()
    await invalidateAt(parts, [['agentId']], { userId: 'u' }, { confirm: true })
    expect(calls).toEqual([])
  })

  test('may have no time to be confirmed in, and not less', async () => {
    const { calls, parts } = fleet()
    await invalidateAt(parts, [['agentId']], 'all', { confirm: true, timeoutMs: 0 })
    expect(calls.at(-1)).toBe('confirm 0')
    await expect(invalidateAt(parts, [['agentId']], 'all', { timeoutMs: -1 })).rejects.toMatchObject({
      option: 'timeoutMs',
      message: expect.stringContaining('timeoutMs must be a number of at least 0') as string,
    })
  })
})
