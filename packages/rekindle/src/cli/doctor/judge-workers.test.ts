import { expect, test } from 'vitest'
import { type AgentCacheStats, createAgentCache } from '../../index.ts'
import { judgeWorkers } from './judge-workers.ts'

const cache = createAgentCache({ namespace: 'n', loadConfig: () => ({}), createAgent: () => ({}) })
const well: AgentCacheStats = {
  ...cache.stats(),
  worker: 'one',
  synced: true,
  store: { ...cache.stats().store, name: 'redis', state: 'up' },
}

/** What is said of workers of which one differs. */
function judged(changes: Partial<AgentCacheStats>, silent: readonly string[] = [], isSealed = false) {
  const workers = [well, { ...well, worker: 'two', ...changes }].map((stats) => ({
    worker: stats.worker,
    about: undefined,
    stats,
  }))
  return judgeWorkers({ workers, silent, unreachable: false }, isSealed)
}

/** One of ten was stale; `ofLate`: how many of those in the last ten minutes. */
function auditOf(ofLate: number) {
  const windows = [{ minutes: 10 as const, audited: 10, inconsistent: ofLate, nines: 1 }]
  return { ...well.audit, consistent: 9, inconsistent: 1, windows }
}

const stateOf = (name: string, checks: ReturnType<typeof judged>) => checks.find((check) => check.name === name)?.state

test('workers that are well are all ok', () => {
  expect(new Set(judged({}).map(({ state }) => state))).toEqual(new Set(['ok']))
})

test.each<[says: string, name: string, state: string, changes: Partial<AgentCacheStats>]>([
  ['the store is down for one', 'their store', 'failure', { store: { ...well.store, state: 'down' } }],
  ['one is not synced', 'their store', 'failure', { synced: false }],
  ['calls have failed', 'their store', 'warning', { store: { ...well.store, failures: 3, lastError: 'slow' } }],
  ['settings differ', 'settings', 'warning', { settings: { ...well.settings, maxAgents: 5 } }],
  [
    'settings differ since they are tuned',
    'settings',
    'ok',
    { settings: { ...well.settings, maxAgents: 5 }, events: { ...well.events, tuned: 1 } },
  ],
  ['what is served is stale', 'audit', 'failure', { audit: auditOf(1) }],
  ['what was served was stale once', 'audit', 'warning', { audit: auditOf(0) }],
  ['loadConfig is unstable', 'audit', 'warning', { audit: { ...well.audit, unstable: 1 } }],
  ['what is served is what it should be', 'audit', 'ok', { audit: { ...well.audit, consistent: 9 } }],
  [
    'entries are spoilt',
    'entries',
    'warning',
    { configReads: { used: 0, refused: { ...well.configReads.refused, corrupt: 1 } } },
  ],
  ['configs cannot be stored', 'configs', 'warning', { events: { ...well.events, 'config-not-stored': 1 } }],
  ['memory is short', 'worker memory', 'warning', { events: { ...well.events, 'memory-pressure': 1 } }],
  ['agents do not close', 'disposal', 'warning', { events: { ...well.events, 'dispose-failed': 1 } }],
])('%s: %s is %s', (_, name, state, changes) => {
  expect(stateOf(name, judged(changes))).toBe(state)
})

test('silence is a warning while others answer, and a failure when nobody does or a key is missing', () => {
  expect(stateOf('workers', judged({}, ['three']))).toBe('warning')
  expect(stateOf('workers', judged({}, ['three'], true))).toBe('failure')
  expect(stateOf('workers', judgeWorkers({ workers: [], silent: ['three'], unreachable: false }, false))).toBe('failure')
  expect(stateOf('workers', judgeWorkers({ workers: [], silent: [], unreachable: false }, false))).toBe('warning')
  expect(stateOf('workers', judgeWorkers({ workers: [], silent: [], unreachable: true }, false))).toBe('failure')
})
