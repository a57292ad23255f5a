import type { AuditSummary } from './audit-summary.ts'
import { expect, test } from 'vitest'
import { mergeAudits } from './merge-audits.ts'

function audit(audited: number, inconsistent: number): AuditSummary {
  const window = { audited, inconsistent, nines: undefined }
  const windows = ([1, 5, 10] as const).map((minutes) => ({ minutes, ...window }))
  return { consistent: audited - inconsistent, inconsistent, unstable: 0, failed: 1, skipped: 2, windows }
}

test('what workers have found is added up, and its nines are those of all together', () => {
  const sum = mergeAudits([audit(900, 0), audit(100, 1)])
  expect(sum).toMatchObject({ consistent: 999, inconsistent: 1, unstable: 0, failed: 2, skipped: 4 })
  expect(sum.windows).toEqual([1, 5, 10].map((minutes) => ({ minutes, audited: 1_000, inconsistent: 1, nines: 3 })))
  expect(mergeAudits([audit(900, 0), audit(100, 0)]).windows[0]?.nines).toBe(3)
})

test('where nothing was compared there are no nines', () => {
  const nothing = { minutes: 1, audited: 0, inconsistent: 0, nines: undefined }
  expect(mergeAudits([audit(0, 0), { ...audit(0, 0), windows: [] }]).windows[0]).toEqual(nothing)
})
