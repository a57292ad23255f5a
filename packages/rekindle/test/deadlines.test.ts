import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../src/clock.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { withDeadline } from '../src/resilience/deadline.ts'
import { Deadlines, type DeadlineWitness } from '../src/resilience/deadlines.ts'
import { collectGarbage } from './faults/garbage.ts'
import { gate } from './test-agents.ts'

const timedOut = () => new Error('timed out')
const fail = (error: unknown): never => {
  throw error
}

describe('Deadlines', () => {
  test('do not take an answer that is there for one that is missing because the process itself was busy', async () => {
    const store = new Worker(
      "require('worker_threads').parentPort.on('message', (it) => setTimeout(() => { require('worker_threads').parentPort.postMessage(it) }, 20))",
      { eval: true },
    )
    await once(store, 'online')
    store.postMessage('warm')
    await once(store, 'message')
    // In this phase of the event loop; the next one that comes is that of the timers.
    await new Promise((resolve) => setImmediate(resolve))
    const answer = once(store, 'message').then(([it]) => it as string)
    store.postMessage('answer')
    const kept = new Deadlines(100, systemClock).keep(answer, timedOut, fail)
    // Longer than the deadline; the answer comes meanwhile, and waits to be read.
    for (const until = Date.now() + 300; Date.now() < until;);
    expect(await kept).toBe('answer')
    await store.terminate()
  })

  test('of work that never ends hold nothing of what came after', async () => {
    const clock = new ManualClock()
    const deadlines = new Deadlines(100, clock)
    const hung = gate<object>()
    const begin = () => {
      const { promise, open } = gate<object>()
      return { open, kept: deadlines.keep(promise, timedOut, fail) }
    }
    const givenUp = deadlines.keep(hung.promise, timedOut, () => ({}))
    await clock.advance(50)
    const later: WeakRef<object>[] = []
    let current = begin()
    await clock.advance(50)
    await givenUp
    for (let turn = 0; turn < 50; turn++) {
      // One begins before the other ends, as calls do under load.
      const next = begin()
      const value = {}
      later.push(new WeakRef(value))
      current.open(value)
      await current.kept
      current = next
    }
    // What a weak reference was made to is kept until this turn of the event loop is over.
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(later.filter((value) => value.deref() !== undefined).length).toBeLessThan(5)
    // Until here, and with it whatever it held.
    hung.open({})
    deadlines.stop()
    await expect(current.kept).rejects.toThrow('closed')
  })

  test('are kept to the millisecond by a process that is not busy', async () => {
    const clock = new ManualClock()
    const kept = new Deadlines(100, clock).keep(new Promise<string>(() => {}), timedOut, String)
    await clock.advance(100)
    expect(await kept).toBe('Error: timed out')
    expect(clock.timers).toBe(0)
  })

  test('are each their own time away, however many there are', async () => {
    const clock = new ManualClock()
    const deadlines = new Deadlines(100, clock)
    const ends: string[] = []
    const keep = (name: string) =>
      void deadlines.keep(new Promise<string>(() => {}), timedOut, () => name).then((end) => ends.push(end))
    keep('first')
    await clock.advance(40)
    keep('second')
    await clock.advance(60)
    expect(ends).toEqual(['first'])
    await clock.advance(39)
    expect(ends).toEqual(['first'])
    await clock.advance(1)
    expect(ends).toEqual(['first', 'second'])
  })

  test('keep the process from exiting while somebody waits for an answer, and no longer', async () => {
    const deadlines = new Deadlines(60_000, systemClock)
    const idle = timersThatKeepTheProcess()
    const [one, two, three] = [gate(), gate(), gate()]
    const waiting = [one, two].map(({ promise }) => deadlines.keep(promise, timedOut, fail))
    expect(timersThatKeepTheProcess()).toBe(idle + 1)
    one.open()
    await waiting[0]
    expect(timersThatKeepTheProcess()).toBe(idle + 1)
    two.open()
    await waiting[1]
    expect(timersThatKeepTheProcess()).toBe(idle)
    const later = deadlines.keep(three.promise, timedOut, fail)
    expect(timersThatKeepTheProcess()).toBe(idle + 1)
    three.open()
    await later
    deadlines.stop()
  })

  test('give up what an answer is missing for when the process has been busy and has read what had arrived', async () => {
    const { clock, runTimer } = clockByHand()
    const kept = new Deadlines(100, clock).keep(new Promise<string>(() => {}), timedOut, String)
    clock.time += 500
    runTimer()
    runTimer()
    expect(await kept).toBe('Error: timed out')
  })

  test('give up when the clock has been set back, rather than wait for as long again', async () => {
    const { clock, runTimer } = clockByHand()
    const kept = new Deadlines(100, clock).keep(new Promise<string>(() => {}), timedOut, String)
    clock.time -= 60_000
    runTimer()
    expect(await kept).toBe('Error: timed out')
  })

  test('tell their witness how long an answer took and what failed, and nothing of what comes too late', async () => {
    const clock = new ManualClock()
    const told: string[] = []
    const took: number[] = []
    const witness: DeadlineWitness = {
      answered: (ms) => void took.push(ms),
      failed: (error) => void told.push(String(error)),
    }
    const deadlines = new Deadlines(100, clock, witness)
    const began = performance.now()
    await deadlines.keep(Promise.resolve('answer'), timedOut, fail)
    expect(took).toHaveLength(1)
    expect(took[0]).toBeLessThanOrEqual(performance.now() - began)
    await deadlines.keep(Promise.reject<string>(new Error('refused')), timedOut, String)
    const [lateAnswer, lateFailure] = [gate<string>(), gate<string>()]
    const given = [lateAnswer, lateFailure].map(({ promise }) => deadlines.keep(promise, timedOut, String))
    await clock.advance(100)
    lateAnswer.open('too late')
    lateFailure.fail(new Error('too late'))
    expect(await Promise.all(given)).toEqual(['Error: timed out', 'Error: timed out'])
    await settle()
    expect(told).toEqual(['Error: refused', 'Error: timed out', 'Error: timed out'])
    expect(took).toHaveLength(1)
  })

  test('that are stopped give up whatever is pending, once, and leave no timer', async () => {
    const clock = new ManualClock()
    const told: unknown[] = []
    const deadlines = new Deadlines(100, clock, { answered: (ms) => told.push(ms), failed: () => {} })
    const { promise, open } = gate<string>()
    const kept = deadlines.keep(promise, timedOut, String)
    deadlines.stop()
    expect(await kept).toBe('Error: The connection to the store has been closed.')
    expect(clock.timers).toBe(0)
    open('too late')
    await settle()
    expect(told).toEqual([])
  })
})

describe('withDeadline', () => {
  test.each([
    ['an answer', async () => 'answer', 'answer'],
    ['a failure', () => Promise.reject<string>(new Error('refused')), 'Error: refused'],
  ])('hands on %s that comes in time, and leaves no timer', async (_, work, end) => {
    const clock = new ManualClock()
    expect(await withDeadline(work(), 100, clock, timedOut).catch(String)).toBe(end)
    expect(clock.timers).toBe(0)
  })
})

/** What Node would wait for before it exits. */
function timersThatKeepTheProcess(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
}

/** A clock whose time can be anything when a timer runs. */
function clockByHand() {
  const calls: (() => void)[] = []
  const clock: Clock & { time: number } = {
    time: 1_000_000,
    now: () => clock.time,
    after(_: number, call: () => void) {
      calls.push(call)
      return { cancel() {}, ref() {}, unref() {} }
    },
  }
  return { clock, runTimer: () => calls.shift()?.() }
}
