import type { AuditSummary, AuditWindow } from 'rekindle'

/** What all workers have found together. */
export function sumOfAudits(audits: readonly AuditSummary[]): AuditSummary {
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

/** As a worker reckons them for itself: with none inconsistent, as many as so many can show. */
function ninesOf(audited: number, inconsistent: number): number | undefined {
  return audited === 0 ? undefined : Math.log10(audited / Math.max(1, inconsistent))
}
