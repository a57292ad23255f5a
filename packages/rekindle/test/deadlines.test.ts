import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { ManualClock } from '../src/testing/index.ts'
import { Deadlines } from '../src/resilience/deadlines.ts'

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

  test('are kept to the millisecond by a process that is not busy', async () => {
    const clock = new ManualClock()
    const kept = new Deadlines(100, clock).keep(new Promise<string>(() => {}), timedOut, String)
    await clock.advance(100)
    expect(await kept).toBe('Error: timed out')
    expect(clock.timers).toBe(0)
  })
})
