import { describe, expect, test } from 'vitest'
import { histogramSince, mergeHistograms, percentileOf } from './histogram.ts'
import { Latency } from './latency.ts'

function measured(...durations: number[]): Latency {
  const latency = new Latency()
  for (const ms of durations) latency.record(ms)
  return latency
}

describe('a latency histogram', () => {
  test('gives the percentiles of its summary, at most 19 % above the true ones', () => {
    const durations = Array.from({ length: 1_000 }, (_, index) => 0.5 + index / 100)
    const { histogram, count, p50, p99 } = measured(...durations).summary()
    expect(histogram.reduce((sum, [, each]) => sum + each, 0)).toBe(count)
    expect([percentileOf(histogram, 0.5), percentileOf(histogram, 0.99)]).toEqual([p50, expect.any(Number)])
    for (const [part, found] of [
      [0.5, p50],
      [0.99, p99],
    ] as const) {
      const true_ = durations[Math.ceil(part * 1_000) - 1]!
      expect(found).toBeGreaterThanOrEqual(true_)
      expect(found).toBeLessThanOrEqual(true_ * 1.19)
    }
  })

  test('lists only buckets that hold something, in order, and survives JSON', () => {
    const { histogram } = measured(100, 0.001, 0.001).summary()
    expect(histogram.map(([, count]) => count)).toEqual([2, 1])
    expect(histogram[0]![0]).toBeLessThan(histogram[1]![0])
    expect(JSON.parse(JSON.stringify(histogram))).toEqual(histogram)
  })

  test('of nothing has percentiles of 0', () => {
    expect([percentileOf([], 0.99), measured().summary().p99]).toEqual([0, 0])
  })

  test('of several workers together is that of one that measured it all', () => {
    const merged = mergeHistograms([measured(1, 20, 300).summary().histogram, measured(0.1, 20).summary().histogram])
    expect(merged).toEqual(measured(0.1, 1, 20, 20, 300).summary().histogram)
  })

  test('of an interval is the difference of two readings, or all there is after a restart', () => {
    const latency = measured(1, 20)
    const before = latency.summary().histogram
    latency.record(20)
    latency.record(300)
    const now = latency.summary().histogram
    expect(histogramSince(now, before)).toEqual(measured(20, 300).summary().histogram)
    const restarted = measured(5, 20).summary().histogram
    expect(histogramSince(restarted, now)).toEqual(restarted)
  })
})
