import { describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock.ts'

const nextMillisecond = async () => {
  const now = Date.now()
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve))
}

describe('the system clock', () => {
  test('is never behind by more than a turn of the event loop, however often it is read', async () => {
    for (let round = 0; round < 5; round++) {
      for (let read = 0; read < 1_000; read++) systemClock.now()
      await nextMillisecond()
      await new Promise((resolve) => setTimeout(resolve, 1))
      const before = Date.now()
      expect(systemClock.now()).toBeGreaterThanOrEqual(before)
    }
  })

  test('does not stand still for a callback that begins after the process was blocked', async () => {
    for (let read = 0; read < 1_000; read++) systemClock.now()
    const until = Date.now() + 20
    while (Date.now() < until);
    // No timer has run yet.
    await new Promise((resolve) => setImmediate(resolve))
    expect(systemClock.now()).toBeGreaterThanOrEqual(until)
  })

  test('goes on within a callback that never ends, for whoever asks it often enough', () => {
    const until = Date.now() + 20
    let asked = 0
    while (systemClock.now() < until) expect(asked++).toBeLessThan(10_000_000)
  })

  test('does not stand still for good when timers were faked while it was read', async () => {
    vi.useFakeTimers()
    for (let read = 0; read < 1_000; read++) systemClock.now()
    vi.useRealTimers()
    await nextMillisecond()
    await new Promise((resolve) => setTimeout(resolve, 1))
    const before = Date.now()
    expect(systemClock.now()).toBeGreaterThanOrEqual(before)
  })
})
