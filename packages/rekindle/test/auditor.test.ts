import { describe, expect, test } from 'vitest'
import { Auditor, type AuditorParts } from '../src/audit/auditor.ts'
import type { ConfigRecord } from '../src/config/config-record.ts'
import { Events } from '../src/events.ts'
import { type AgentKey, AgentNotFoundError } from '../src/index.ts'
import { ManualClock, settle } from '../src/testing/index.ts'
import { gate, keyOf } from './test-agents.ts'

/** An auditor, and the world as it sees it through its port. */
class Audits {
  readonly clock = new ManualClock()
  readonly loads: AgentKey[] = []
  readonly findings: string[] = []
  /** What the source of truth says. */
  source: (key: AgentKey, signal: AbortSignal) => Promise<string | undefined> | string | undefined = () => 'v1'
  valid: boolean | undefined = true
  readonly auditor: Auditor

  constructor(changes: Partial<AuditorParts> = {}) {
    const events = new Events({ namespace: 'test', worker: 'w' })
    events.on('audited', ({ key, outcome, served, loaded }) =>
      this.findings.push(`${key.agentId}: ${outcome}, served ${served}, loaded ${loaded ?? 'nothing'}`),
    )
    this.auditor = new Auditor({
      rate: 1,
      clock: this.clock,
      random: () => 0,
      events,
      maxStalenessMs: 1_000,
      load: async (key, signal) => {
        this.loads.push(key)
        return this.source(key, signal)
      },
      isValid: async () => this.valid,
      ...changes,
    })
  }

  serve(agentId = 'a', changes: Partial<ConfigRecord<unknown>> = {}, weight = 1): void {
    const record: ConfigRecord<unknown> = {
      config: {},
      key: { agentId },
      fingerprint: 'v1',
      asOf: { history: 'h', clock: 1, unconfirmed: 0 },
      tags: [],
      freshUntil: this.clock.now() + 3_600_000,
      ...changes,
    }
    this.auditor.served(record, keyOf({ agentId }), weight)
  }

  counts(): string {
    const { consistent, inconsistent, unstable, failed, skipped } = this.auditor.summary()
    return Object.entries({ consistent, inconsistent, unstable, failed, skipped })
      .filter(([, count]) => count > 0)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', ')
  }
}

/** `sources`, one after the other; then the last again and again. */
const inTurn = (...sources: readonly (string | Error | undefined)[]) => {
  const left = [...sources]
  return () => {
    const next = left.length > 1 ? left.shift() : left[0]
    if (next instanceof Error) throw next
    return next
  }
}

describe('a served config', () => {
  test('that the source still says is consistent, without another look', async () => {
    const audits = new Audits()
    audits.serve()
    await audits.clock.advance(0)
    expect(audits.findings).toEqual(['a: consistent, served v1, loaded v1'])
    expect(audits.loads).toEqual([keyOf()])
    expect(audits.clock.timers).toBe(0)
  })

  test.each<[string, Audits['source'], Record<string, string>]>([
    ['another one, twice the same', inTurn('v2'), { inconsistent: 'v2' }],
    ['another one, and then what was served', inTurn('v2', 'v1'), { consistent: 'v1' }],
    ['something else each time', inTurn('v2', 'v3'), { unstable: 'v3' }],
    ['that there is no such agent, twice', inTurn(new AgentNotFoundError('gone')), { inconsistent: 'nothing' }],
    ['that there is no such agent, and then another', inTurn(new AgentNotFoundError('gone'), 'v2'), { unstable: 'v2' }],
    ['what is no JSON, twice', inTurn(undefined), { inconsistent: 'nothing' }],
    ['nothing: it fails', inTurn(new Error('down')), { failed: 'nothing' }],
    ['another one, and then fails', inTurn('v2', new Error('down')), { failed: 'nothing' }],
  ])('of which the source says %s', async (_, source, expected) => {
    const audits = new Audits()
    audits.source = source
    audits.serve()
    await audits.clock.advance(2_000)
    const [[outcome, loaded]] = Object.entries(expected) as [[string, string]]
    expect(audits.findings).toEqual([`a: ${outcome}, served v1, loaded ${loaded}`])
    expect(audits.counts()).toBe(`1 ${outcome}`)
    const counted = outcome === 'failed' ? [0, 0] : [1, outcome === 'consistent' ? 0 : 1]
    for (const { audited, inconsistent } of audits.auditor.summary().windows) expect([audited, inconsistent]).toEqual(counted)
  })

  test('that has been invalidated by the time the difference is seen is consistent at once', async () => {
    const audits = new Audits()
    Object.assign(audits, { source: inTurn('v2'), valid: false })
    audits.serve()
    await audits.clock.advance(0)
    expect(audits.findings).toEqual(['a: consistent, served v1, loaded v2'])
  })

  test('whose invalidation comes within the time that it is waited for is consistent', async () => {
    const audits = new Audits({ maxStalenessMs: 5_000 })
    audits.source = inTurn('v2')
    audits.serve()
    await audits.clock.advance(5_999)
    expect(audits.findings).toEqual([])
    audits.valid = false
    await audits.clock.advance(1)
    expect(audits.findings).toEqual(['a: consistent, served v1, loaded v2'])
    expect(audits.loads).toHaveLength(1)
  })

  test('is waited for at least a second, and for a minute at most beyond that', async () => {
    for (const [maxStalenessMs, waitMs] of [
      [0, 1_000],
      [Infinity, 61_000],
    ] as const) {
      const audits = new Audits({ maxStalenessMs })
      audits.source = inTurn('v2')
      audits.serve()
      await audits.clock.advance(waitMs - 1)
      expect(audits.loads).toHaveLength(1)
      await audits.clock.advance(1)
      expect(audits.findings).toEqual(['a: inconsistent, served v1, loaded v2'])
    }
  })

  test('whose time is over before the second look is consistent: it is served no longer', async () => {
    const audits = new Audits()
    audits.source = inTurn('v2')
    audits.serve('a', { freshUntil: audits.clock.now() + 2_000 })
    await audits.clock.advance(2_000)
    expect(audits.findings).toEqual(['a: consistent, served v1, loaded v2'])
  })

  test('is not accused while the store does not say what was invalidated', async () => {
    const audits = new Audits()
    Object.assign(audits, { source: inTurn('v2'), valid: undefined })
    audits.serve()
    await audits.clock.advance(2_000)
    expect(audits.findings).toEqual(['a: failed, served v1, loaded v2'])
  })

  test('says why it could not be told', async () => {
    const errors: unknown[] = []
    const events = new Events({ namespace: 'test', worker: 'w' })
    events.on('audited', ({ error }) => errors.push(error))
    const audits = new Audits({ events })
    const error = new Error('down')
    audits.source = inTurn(error)
    audits.serve()
    await audits.clock.advance(0)
    expect(errors).toEqual([error])
  })

  test.each([
    ['has no fingerprint', { fingerprint: undefined }],
    ['is known to be past its time', { freshUntil: 1_700_000_000_000 }],
  ])('is passed over if it %s', async (_, record) => {
    const audits = new Audits()
    audits.serve('a', record)
    await audits.clock.advance(2_000)
    expect([audits.loads, audits.counts()]).toEqual([[], ''])
  })
})

describe('who is looked at', () => {
  test.each([
    [0.25, 1, 0.25],
    [0.001, 128, 0.128],
    [0.5, 128, 1],
    [1, 1, 1],
  ])('at a rate of %d, what stands for %d requests: by chance below %d', async (rate, weight, share) => {
    let draw = 0
    const audits = new Audits({ rate, random: () => draw })
    draw = Math.min(share, 1 - 2 ** -53) - (share === 1 ? 0 : 1e-9)
    audits.serve('chosen', {}, weight)
    draw = share
    if (share < 1) audits.serve('not chosen', {}, weight)
    await audits.clock.advance(2_000)
    expect(audits.loads.map(({ agentId }) => agentId)).toEqual(['chosen'])
  })

  test('is the wanted share of many', async () => {
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    const audits = new Audits({ rate: 0.05, random })
    for (let request = 0; request < 10_000; request++) audits.serve(`agent ${request}`)
    const chosen = audits.auditor.summary().skipped + 100
    // Four standard deviations: 87.
    expect(Math.abs(chosen - 500)).toBeLessThan(87)
    audits.auditor.close()
  })
})

describe('audits', () => {
  test('begin after the request that they are of has gone on, and run one at a time', async () => {
    const audits = new Audits()
    const held = gate<string>()
    audits.source = () => held.promise
    for (const agentId of ['a', 'b', 'c']) audits.serve(agentId)
    await settle()
    expect(audits.loads).toEqual([])
    await audits.clock.advance(10_000)
    expect(audits.loads).toHaveLength(1)
    held.open('v1')
    await audits.clock.advance(0)
    expect(audits.findings.map((finding) => finding[0])).toEqual(['a', 'b', 'c'])
  })

  test('wait a hundred at most, each config once; the others are skipped', async () => {
    const audits = new Audits()
    const held = gate<string>()
    audits.source = () => held.promise
    audits.serve('running')
    await audits.clock.advance(0)
    for (let agent = 0; agent < 120; agent++) audits.serve(`agent ${agent}`)
    for (let again = 0; again < 5; again++) audits.serve('agent 0')
    expect(audits.counts()).toBe('25 skipped')
    held.open('v1')
    await audits.clock.advance(0)
    expect(audits.counts()).toBe('101 consistent, 25 skipped')
    audits.serve('agent 0')
    await audits.clock.advance(0)
    expect(audits.counts()).toBe('102 consistent, 25 skipped')
  })

  test('take a config that live agents share for one', async () => {
    const audits = new Audits()
    const record = { key: { agentId: 'a' } }
    audits.serve('a', record)
    audits.serve('a', record)
    await audits.clock.advance(0)
    expect(audits.counts()).toBe('1 consistent, 1 skipped')
  })

  test('hold on to no config that was served', async () => {
    const asked: object[] = []
    const audits = new Audits({ isValid: async (served) => (asked.push(served), false) })
    audits.source = inTurn('v2')
    audits.serve()
    await audits.clock.advance(0)
    expect(Object.keys(asked[0]!).sort()).toEqual(['asOf', 'fingerprint', 'freshUntil', 'key', 'tags'])
  })

  test.each<[string, (audits: Audits) => Promise<unknown>]>([
    ['waiting for its turn', async () => {}],
    ['loading', (audits) => audits.clock.advance(0)],
    ['waiting for an invalidation', (audits) => audits.clock.advance(1_000)],
  ])('end with the cache: %s', async (phase, reach) => {
    const audits = new Audits()
    let reason: unknown
    audits.source = (_, signal) =>
      phase === 'loading'
        ? new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject((reason = signal.reason))))
        : 'v2'
    audits.serve('a')
    audits.serve('b')
    await reach(audits)
    const loads = audits.loads.length
    audits.auditor.close()
    audits.serve('c')
    await audits.clock.advance(10_000)
    expect(audits.clock.timers).toBe(0)
    expect([audits.loads.length, audits.counts(), audits.findings]).toEqual([loads, '', []])
    if (phase === 'loading') expect(reason).toMatchObject({ code: 'REKINDLE_CACHE_CLOSED' })
  })

  test('end with the cache while the store is asked', async () => {
    const answer = gate<boolean>()
    const audits = new Audits({ isValid: () => answer.promise })
    audits.source = inTurn('v2')
    audits.serve()
    await audits.clock.advance(0)
    audits.auditor.close()
    answer.open(true)
    await audits.clock.advance(10_000)
    expect([audits.loads.length, audits.findings, audits.clock.timers]).toEqual([1, [], 0])
  })

  test('go on, whatever the clock does meanwhile', async () => {
    const audits = new Audits()
    audits.source = inTurn('v2')
    audits.serve('a', { freshUntil: Infinity })
    await audits.clock.advance(0)
    const { now } = audits.clock
    audits.clock.now = () => now.call(audits.clock) - 86_400_000
    await audits.clock.advance(2_000)
    audits.clock.now = () => now.call(audits.clock) + 86_400_000
    audits.serve('b', { freshUntil: Infinity })
    await audits.clock.advance(2_000)
    expect(audits.counts()).toBe('2 inconsistent')
    expect(audits.auditor.summary().windows.map(({ audited }) => audited)).toEqual([1, 1, 1])
  })
})
