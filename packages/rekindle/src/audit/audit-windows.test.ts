import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AuditWindows } from './audit-windows.ts'

const minute = 60_000
const begun = 1_700_000_000_000

/** Audited and inconsistent within 1, 5 and 10 minutes. */
const counts = (windows: AuditWindows, now: number) =>
  windows.summary(now).map(({ audited, inconsistent }) => `${inconsistent}/${audited}`)

test('what was found leaves one window after the other', () => {
  const windows = new AuditWindows(begun)
  windows.record(true, begun)
  windows.record(false, begun)
  expect(counts(windows, begun)).toEqual(['1/2', '1/2', '1/2'])
  expect(counts(windows, begun + minute - 10_001)).toEqual(['1/2', '1/2', '1/2'])
  expect(counts(windows, begun + minute)).toEqual(['0/0', '1/2', '1/2'])
  windows.record(true, begun + 4 * minute)
  expect(counts(windows, begun + 5 * minute - 10_001)).toEqual(['0/1', '1/3', '1/3'])
  expect(counts(windows, begun + 5 * minute)).toEqual(['0/0', '0/1', '1/3'])
  expect(counts(windows, begun + 10 * minute)).toEqual(['0/0', '0/0', '0/1'])
  expect(counts(windows, begun + 20 * minute)).toEqual(['0/0', '0/0', '0/0'])
})

test('nines say how much was consistent, and no more than so many can show', () => {
  const nines = (consistent: number, inconsistent: number) => {
    const windows = new AuditWindows(begun)
    for (let each = 0; each < consistent; each++) windows.record(true, begun)
    for (let each = 0; each < inconsistent; each++) windows.record(false, begun)
    return windows.summary(begun)[0]!.nines
  }
  expect(nines(0, 0)).toBeUndefined()
  expect(nines(999, 1)).toBe(3)
  expect(nines(990, 10)).toBe(2)
  expect(nines(1_000, 0)).toBe(3)
  expect(nines(1, 0)).toBe(0)
  // Not -0: it is to be shown.
  expect(nines(0, 5)).toBe(0)
})

test('a clock that is set back makes nothing be counted twice, or for ever', () => {
  const windows = new AuditWindows(begun)
  windows.record(false, begun)
  const back = begun - 24 * 60 * minute
  windows.record(true, back)
  expect(counts(windows, back)).toEqual(['1/2', '1/2', '1/2'])
  expect(counts(windows, back + minute)).toEqual(['0/0', '1/2', '1/2'])
  expect(counts(windows, back + 10 * minute)).toEqual(['0/0', '0/0', '0/0'])
  // And on again: nothing comes back.
  expect(counts(windows, begun)).toEqual(['0/0', '0/0', '0/0'])
  windows.record(true, begun)
  expect(counts(windows, begun + 1)).toEqual(['0/1', '0/1', '0/1'])
})

test('each window counts what was found in its time, to within a bucket, however the clock moves', () => {
  const step = fc.record({
    ms: fc.oneof(fc.nat(15_000), fc.nat(12 * minute), fc.integer({ min: -20 * minute, max: -1 })),
    consistent: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const windows = new AuditWindows(begun)
      const found: { at: number; consistent: boolean }[] = []
      let [now, elapsed] = [begun, 0]
      for (const { ms, consistent } of steps) {
        now += ms
        elapsed += Math.max(0, ms)
        windows.record(consistent, now)
        found.push({ at: elapsed, consistent })
        for (const { minutes, audited, inconsistent } of windows.summary(now)) {
          const surely = found.filter(({ at }) => at > elapsed - minutes * minute + 10_000)
          const perhaps = found.filter(({ at }) => at > elapsed - minutes * minute)
          expect(audited).toBeGreaterThanOrEqual(surely.length)
          expect(audited).toBeLessThanOrEqual(perhaps.length)
          expect(inconsistent).toBeGreaterThanOrEqual(surely.filter((each) => !each.consistent).length)
          expect(inconsistent).toBeLessThanOrEqual(perhaps.filter((each) => !each.consistent).length)
        }
      }
    }),
    { numRuns: 100 },
  )
})
