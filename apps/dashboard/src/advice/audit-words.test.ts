import { expect, test } from 'vitest'
import type { Suspect } from '../api/advice.ts'
import { agentsOf, meaningOf, ninesText } from './audit-words.ts'

const window = (audited: number, inconsistent: number) => {
  const nines = inconsistent === 0 ? Math.log10(audited) : -Math.log10(inconsistent / audited)
  return { minutes: 5, audited, inconsistent, nines: audited === 0 ? undefined : nines } as const
}

test.each([
  [window(0, 0), '–', 'Nothing was compared.'],
  [window(1, 0), '≥ 0.0', 'One was compared, and was as the database has it.'],
  [window(200, 0), '≥ 2.3', 'At least 99.5% was as the database has it: all 200 that were compared.'],
  [window(10_000, 0), '≥ 4.0', 'At least 99.99% was as the database has it: all 10,000 that were compared.'],
  [window(200, 3), '1.8', '98.5% was as the database has it: 3 of 200 was not.'],
  [window(30_000, 10), '3.5', '99.966% was as the database has it: 10 of 30,000 was not.'],
  [window(4, 4), '0.0', '0% was as the database has it: 4 of 4 was not.'],
])('nines are said in words, and never more than is known: %j', (given, nines, meaning) => {
  expect([ninesText(given), meaningOf(given)]).toEqual([nines, meaning])
})

test('agents are named once, whichever worker found them', () => {
  const found = (agentId: string, worker: string, outcome: Suspect['outcome'] = 'inconsistent') =>
    ({ agentId, worker, outcome, times: 1, at: 0 }) satisfies Suspect
  const suspects = [found('planner', 'one'), found('planner', 'two'), found('helper', 'one', 'unstable'), found('tutor', 'two')]
  expect(agentsOf(suspects, 'inconsistent')).toEqual(['planner', 'tutor'])
  expect(agentsOf(suspects, 'unstable')).toEqual(['helper'])
})
