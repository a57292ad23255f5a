import type { AuditSummary, AuditWindow } from './audit-summary.ts'
import { ninesOf } from './nines.ts'

/** What all have found together: that of a fleet from those of its workers. */
export function mergeAudits(audits: readonly AuditSummary[]): AuditSummary {
  const sum = (of: (audit: AuditSummary) => number): number => audits.reduce((total, audit) => total + of(audit), 0)
  return {
    consistent: sum(({ consistent }) => consistent),
    inconsistent: sum(({ inconsistent }) => inconsistent),
    unstable: sum(({ unstable }) => unstable),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    windows: ([1, 5, 10] as const).map((minutes) => windowOf(minutes, audits)),
  }
}

function windowOf(minutes: AuditWindow['minutes'], audits: readonly AuditSummary[]): AuditWindow {
  const windows = audits.flatMap((audit) => audit.windows.filter((window) => window.minutes === minutes))
  const audited = windows.reduce((total, window) => total + window.audited, 0)
  const inconsistent = windows.reduce((total, window) => total + window.inconsistent, 0)
  return { minutes, audited, inconsistent, nines: ninesOf(audited, inconsistent) }
}
