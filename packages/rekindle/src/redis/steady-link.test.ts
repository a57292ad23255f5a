import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { OnLost } from './link.ts'
import { SteadyLink } from './steady-link.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Links that behave as the test says: `connect` and `check` of each are settled by it. */
class TestLink {
  readonly connecting = Promise.withResolvers<void>()
  readonly onLost: OnLost
  checks = 0
  answers = true
  destroyed = false

  constructor(onLost: OnLost) {
    this.onLost = onLost
  }
  connect(): Promise<void> {
    return this.connecting.promise
  }
  check(): Promise<void> {
    this.checks++
    return this.answers ? Promise.resolve() : new Promise(() => {})
  }
  destroy(): void {
    this.destroyed = true
  }
}

function world() {
  const links: TestLink[] = []
  const ups: TestLink[] = []
  const open = (onLost: OnLost) => {
    const link = new TestLink(onLost)
    links.push(link)
    return link
  }
  return { links, ups, steady: new SteadyLink<TestLink>(open, (link) => ups.push(link)) }
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a steady link', () => {
  test('lets the first callers wait until it is up', async () => {
    const { links, ups, steady } = world()
    const ready = steady.ready()
    links[0]?.connecting.resolve()
    expect(await ready).toBe(links[0])
    expect(steady.up).toBe(links[0])
    expect(ups).toEqual([links[0]])
    steady.close()
  })

  test('refuses at once, saying why, when it is not up, and goes on trying, less and less often', async () => {
    const { links, steady } = world()
    const counts: number[] = []
    steady.start()
    links[0]?.connecting.reject(new Error('ECONNREFUSED'))
    await wait(0)
    await expect(steady.ready()).rejects.toThrow('Not connected to Redis: ECONNREFUSED')
    for (let second = 0; second < 4; second++) {
      const before = links.length
      for (let step = 0; step < 50; step++) {
        await wait(20)
        links.at(-1)?.connecting.reject(new Error('ECONNREFUSED'))
      }
      counts.push(links.length - before)
    }
    for (const count of counts.slice(1)) expect(count).toSatisfy((tries: number) => tries >= 2 && tries <= 5)
    expect(links.slice(0, -1).every(({ destroyed }) => destroyed)).toBe(true)
    steady.close()
  })

  test('does not let one attempt that gets no answer hold the next one up', async () => {
    const { links, steady } = world()
    steady.start()
    await wait(500)
    expect(links.length).toBeGreaterThan(1)
    links[1]?.connecting.resolve()
    await wait(0)
    expect(steady.up).toBe(links[1])
    expect(links.map(({ destroyed }) => destroyed)).toEqual(links.map((_, index) => index !== 1))
    // Too late.
    links[0]?.connecting.resolve()
    await wait(0)
    expect(steady.up).toBe(links[1])
    steady.close()
  })

  test('has a handful of attempts waiting at most', async () => {
    const { links, steady } = world()
    steady.start()
    for (let second = 0; second < 20; second++) {
      await wait(1_000)
      expect(links.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(5)
    }
    steady.close()
  })

  test('gives a link up that has fallen silent, within two seconds, and makes another', async () => {
    const { links, steady } = world()
    steady.start()
    links[0]?.connecting.resolve()
    await wait(10_000)
    const { generation } = steady
    expect(links.length).toBe(1)
    links[0]!.answers = false
    await wait(2_001)
    expect(links[0]?.destroyed).toBe(true)
    await wait(20)
    links[1]?.connecting.resolve()
    await wait(0)
    expect(steady.up).toBe(links[1])
    expect(steady.generation).toBeGreaterThan(generation)
    steady.close()
  })

  test('makes another at once when one is lost that was well, and takes its time when that goes on', async () => {
    const { links, steady } = world()
    const lose = async () => {
      links.at(-1)?.connecting.resolve()
      await wait(0)
      links.at(-1)?.onLost(new Error('reset'))
    }
    steady.start()
    links[0]?.connecting.resolve()
    await wait(5_000)
    await lose()
    await wait(20)
    expect(links.length).toBe(2)
    for (let reset = 0; reset < 10; reset++) {
      await lose()
      await wait(400)
    }
    const before = links.length
    for (let step = 0; step < 100; step++) {
      await lose()
      await wait(10)
    }
    expect(links.length - before).toBeLessThan(20)
    steady.close()
  })

  test('leaves nothing behind when it is closed, whatever it was about', async () => {
    for (const state of ['connecting', 'up', 'checking', 'lost']) {
      const { links, steady } = world()
      steady.start()
      if (state !== 'connecting') links[0]?.connecting.resolve()
      if (state === 'checking') links[0]!.answers = false
      await wait(state === 'checking' ? 1_500 : 1)
      if (state === 'lost') links[0]?.onLost(new Error('reset'))
      steady.close()
      await wait(5_000)
      expect(links.every(({ destroyed }) => destroyed)).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
      await expect(steady.ready()).rejects.toThrow('Not connected')
    }
  })
})
