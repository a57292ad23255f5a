import { expect, test } from 'vitest'
import type { AgentSummary } from '../api/agents.ts'
import type { AgentTotals } from '../fleet/agent-totals.ts'
import { arranged } from './agent-order.ts'

const agent = (id: string, name: string, more: Partial<AgentSummary> = {}): AgentSummary => ({
  id,
  name,
  description: '',
  model: 'offline:small',
  tools: [],
  version: 1,
  updatedAt: '2026-01-01',
  ...more,
})
const agents = [
  agent('b', 'Planner', { tools: ['calendar'] }),
  agent('a', 'assistant'),
  agent('c', 'Zed', { updatedAt: '2026-02-01' }),
]
const used = (requests: number): AgentTotals => ({
  agentId: '',
  served: { memory: 0, config: 0, build: requests },
  requests,
  reasons: [],
  live: 0,
  versions: [],
})
const totals = new Map([['c', used(7)]])
const ids = (search: string, order: Parameters<typeof arranged>[3]) => arranged(agents, totals, search, order).map(({ id }) => id)

test('agents are found by any word of theirs, whatever its case', () => {
  expect(ids('CALENDAR plan', 'name')).toEqual(['b'])
  expect(ids('nobody', 'name')).toEqual([])
})

test('agents come by name, or with the most used or youngest first', () => {
  expect(ids('', 'name')).toEqual(['a', 'b', 'c'])
  expect(ids('', 'requests')).toEqual(['c', 'a', 'b'])
  expect(ids('', 'updated')).toEqual(['c', 'b', 'a'])
})
