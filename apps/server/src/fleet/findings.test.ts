import type { AgentCacheEvents, EventListener, EventName } from 'rekindle'
import { expect, test } from 'vitest'
import type { Agents } from '../agents.ts'
import { keepFindings } from './findings.ts'

const settings = { configTtlMs: 60_000, liveTtlMs: 60_000, idleMs: 1_000, maxAgents: 10 }
const tuned = { from: settings, to: { ...settings, configTtlMs: 90_000 }, target: 0.99, predicted: 0.98 }

/** What listens to a cache, and makes it say things. */
function listening() {
  const listeners = new Map<EventName, EventListener<never>>()
  const on = (name: EventName, listener: EventListener<never>) => (listeners.set(name, listener), () => {})
  let time = 0
  const findings = keepFindings({ on } as Pick<Agents, 'on'>, () => ++time)
  const say = <Name extends EventName>(name: Name, event: AgentCacheEvents[Name]): void =>
    (listeners.get(name) as EventListener<Name>)(event)
  const audit = (agentId: string, outcome: AgentCacheEvents['audited']['outcome']): void =>
    say('audited', { key: { agentId, userId: 'ada' }, outcome, served: 'one', loaded: 'other' })
  return { findings, say, audit }
}

test('agents that are not what the database has are kept, each once, the latest first, and no user', () => {
  const { findings, audit } = listening()
  audit('planner', 'inconsistent')
  audit('assistant', 'consistent')
  audit('helper', 'unstable')
  audit('assistant', 'failed')
  audit('planner', 'inconsistent')
  expect(findings().suspects).toEqual([
    { agentId: 'planner', outcome: 'inconsistent', times: 2, at: 3 },
    { agentId: 'helper', outcome: 'unstable', times: 1, at: 2 },
  ])
})

test('however much is found, a few of each are kept', () => {
  const { findings, say, audit } = listening()
  for (let at = 0; at < 100; at++) {
    audit(`agent-${at}`, 'inconsistent')
    say('tuned', { ...tuned, predicted: at })
  }
  const { suspects, tunings } = findings()
  expect([suspects.length, suspects[0]?.agentId]).toEqual([20, 'agent-99'])
  expect([tunings.length, tunings[0]?.predicted]).toEqual([10, 99])
})
