import { describe, expect, test } from 'vitest'
import type { Happening, WorkersExplanation } from 'rekindle'
import { lastMade, merged } from './history.ts'
import { targetText } from './reason-words.ts'
import { storyOf } from './story.ts'

const one = 'host:1:abc:def'
const two = 'host:2:abc:def'
const made = { event: 'created', source: 'build', reason: 'invalidated', durationMs: 312, fingerprint: 'f' } as const

function explained(timelines: Readonly<Record<string, readonly Happening[]>>, more: Partial<WorkersExplanation> = {}) {
  const workers = Object.entries(timelines).map(([worker, timeline]) => ({
    worker,
    memory: { present: false } as const,
    timeline,
  }))
  const invalidation = { last: undefined, sure: true }
  return {
    key: {},
    config: { state: 'none' },
    invalidation,
    workers,
    silent: [],
    unreachable: false,
    ...more,
  } as WorkersExplanation
}

describe('timelines of several workers', () => {
  test('become one, the latest first', () => {
    const { workers } = explained({ [one]: [{ at: 5, ...made }], [two]: [{ at: 9, event: 'retired', cause: 'idle', leases: 0 }] })
    expect(merged(workers).map(({ happening, workers: [worker] }) => [happening.at, worker])).toEqual([
      [9, two],
      [5, one],
    ])
  })

  test('tell of an invalidation once, and of whoever heard of it', () => {
    const heard = (at: number): Happening => ({ at, event: 'invalidated', targets: ['*'], clock: 7 })
    const { workers } = explained({ [one]: [heard(5)], [two]: [heard(6)] })
    expect(merged(workers)).toEqual([{ happening: heard(5), workers: [one, two] }])
  })

  test('say when a full build was last needed, whatever was made from the config since', () => {
    const { workers } = explained({
      [one]: [
        { at: 9, ...made, source: 'config' },
        { at: 5, ...made },
      ],
    })
    expect(lastMade(merged(workers))?.at).toBe(9)
    expect(lastMade(merged(workers), 'build')?.at).toBe(5)
  })
})

describe('the story of a key', () => {
  test('names worker, time and the cause of the last rebuild, and what the next request does', () => {
    const last = { target: '#"model:x"', clock: 7, at: undefined, confirmed: true }
    const [past, next] = storyOf(explained({ [one]: [{ at: 60_000, ...made }] }, { invalidation: { last, sure: true } }), 180_000)
    expect(past).toMatch(/built in full .*2.* by host:1, in 312 ms, because it had been invalidated \(tag model:x\)\.$/)
    expect(next).toBe('The next request builds it in full: there is no store.')
  })

  test('of what no worker remembers says so', () => {
    expect(storyOf(explained({ [one]: [] }), 0)[0]).toBe('No worker remembers having made it.')
  })
})

test('targets of invalidations read like words', () => {
  expect(targetText('*')).toBe('everything')
  expect(targetText('#"tool:\\"x\\""')).toBe('tag tool:"x"')
  expect(targetText('{"agentId":"a","userId":"u"}')).toBe('agent a, user u')
})
