import { expect, test } from 'vitest'
import type { About, AgentUse } from './about.ts'
import { agentTotals } from './agent-totals.ts'

function aboutWith(...agents: AgentUse[]): About {
  const counts = { pid: 1, startedAt: 0, rssBytes: 0, turns: 0, sockets: 0, eventLoopDelayMs: 0 }
  const nothing = { memory: [], config: [], build: [] }
  const series = { stepMs: 5_000, from: 0, ...nothing, failed: [], live: [], inUse: [], p50: nothing, p99: nothing }
  return { ...counts, host: 'h', agents, series }
}

test("an agent's use is added up over workers, with the most frequent reason first and each worker's version", () => {
  const here = { served: { memory: 8, config: 1, build: 1 }, reasons: { cold: 1, expired: 1 }, live: 1 }
  const there = { served: { memory: 2, config: 2, build: 0 }, reasons: { expired: 2, idle: 0 }, live: 2 }
  const totals = agentTotals([
    { worker: 'one', about: aboutWith({ agentId: 'a', fingerprints: ['new', 'old'], ...here }) },
    { worker: 'two', about: aboutWith({ agentId: 'a', fingerprints: ['old'], ...there }) },
    { worker: 'silent', about: undefined },
  ])
  expect(totals.get('a')).toEqual({
    agentId: 'a',
    served: { memory: 10, config: 3, build: 1 },
    requests: 14,
    reasons: [
      ['expired', 3],
      ['cold', 1],
    ],
    live: 3,
    versions: [
      { worker: 'one', fingerprint: 'new' },
      { worker: 'two', fingerprint: 'old' },
    ],
  })
})
