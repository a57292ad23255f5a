import { describe, expect, test } from 'vitest'
import { soak } from './soak.ts'

describe('four workers on Redis, while everything that can go wrong does', () => {
  test('get the right agents, and leave nothing behind', { timeout: 90_000 }, async () => {
    const operations = 20_000
    const report = await soak({ store: 'redis', operations, longestMs: 60_000, random: Math.random, say: () => {} })
    expect(report.wrong).toEqual([])
    expect(report.operations).toBeGreaterThanOrEqual(operations)
    for (const tier of ['memory', 'config', 'build'] as const) expect(report.served[tier]).toBeGreaterThan(500)
    expect(report.edits.completed).toBeGreaterThan(10)
  })
})
