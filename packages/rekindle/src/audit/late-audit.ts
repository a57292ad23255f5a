import { onceLoaded } from '../late/late-parts.ts'
import type { AuditSummary } from './audit-summary.ts'
import type { Auditor, AuditorParts } from './auditor.ts'

export type Audit = Pick<Auditor, 'served' | 'summary' | 'close'>

/** Where nothing is looked at, or nothing yet. */
export const noAudit: { summary(): AuditSummary } = {
  summary: () => ({ consistent: 0, inconsistent: 0, unstable: 0, failed: 0, skipped: 0, windows: [] }),
}

/** An {@link Auditor}, loaded in the background. What is served before it is there, it does not see. */
export function lateAudit(parts: AuditorParts): Audit {
  let auditor: Auditor | undefined
  let closed = false
  onceLoaded((late) => {
    if (!closed) auditor = new late.Auditor(parts)
  })
  return {
    served: (record, key, weight) => auditor?.served(record, key, weight),
    summary: () => (auditor ?? noAudit).summary(),
    close() {
      closed = true
      auditor?.close()
    },
  }
}
