import { expect, it } from 'vitest'
import { AgentUsage } from './agent-usage.ts'
import type { Use } from './agent-usage.ts'

function use(agentId: string, more: Partial<Use> = {}): Use {
  return { agentId, source: 'memory', reason: undefined, fingerprint: 'v1', ...more }
}

it('counts for each agent where it came from and why, the most used first', () => {
  const usage = new AgentUsage()
  usage.record(use('a', { source: 'build', reason: 'cold' }))
  usage.record(use('b', { source: 'config', reason: 'cold' }))
  usage.record(use('b'))
  usage.record(use('b', { source: 'build', reason: 'invalidated' }))
  expect(usage.top(2)).toEqual([
    { agentId: 'b', served: { memory: 1, config: 1, build: 1 }, reasons: { cold: 1, invalidated: 1 }, fingerprints: ['v1'] },
    { agentId: 'a', served: { memory: 0, config: 0, build: 1 }, reasons: { cold: 1 }, fingerprints: ['v1'] },
  ])
  expect(usage.top(1).map((each) => each.agentId)).toEqual(['b'])
})

it('names the last five versions, the latest used first', () => {
  const usage = new AgentUsage()
  for (const fingerprint of ['1', '2', '3', '4', '5', '6', '3', undefined]) usage.record(use('a', { fingerprint }))
  expect(usage.top(1)[0]?.fingerprints).toEqual(['3', '6', '5', '4', '2'])
})

it('forgets the agent that was not used for longest, beyond a thousand', () => {
  const usage = new AgentUsage()
  for (let agent = 0; agent < 1_000; agent++) usage.record(use(`agent-${agent}`))
  usage.record(use('agent-0'))
  usage.record(use('one more'))
  const known = usage.top(Infinity).map((each) => each.agentId)
  expect(known).toHaveLength(1_000)
  expect(known).toContain('agent-0')
  expect(known).not.toContain('agent-1')
})
