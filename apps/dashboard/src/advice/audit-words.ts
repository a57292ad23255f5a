import type { AuditWindow } from 'rekindle'
import type { Suspect } from '../api/advice.ts'
import { countText } from '../state/words.ts'

/** What the nines of a window mean. */
export function meaningOf({ audited, inconsistent, nines }: AuditWindow): string {
  if (audited === 0 || nines === undefined) return 'Nothing was compared.'
  const share = consistentText(1 - 10 ** -nines)
  if (inconsistent > 0) return `${share} was as the database has it: ${countText(inconsistent)} of ${countText(audited)} was not.`
  if (audited === 1) return 'One was compared, and was as the database has it.'
  return `At least ${share} was as the database has it: all ${countText(audited)} that were compared.`
}

/** Where none was inconsistent, more could be known if more had been compared. */
export function ninesText({ nines, inconsistent }: Pick<AuditWindow, 'nines' | 'inconsistent'>): string {
  if (nines === undefined) return '–'
  return `${inconsistent === 0 ? '≥ ' : ''}${nines.toFixed(1)}`
}

/** More digits the nearer it is to all: 99.97 % shall not be 100 %. Rounded down. */
function consistentText(share: number): string {
  const digits = Math.min(4, Math.max(1, Math.ceil(-Math.log10(Math.max(1e-9, 1 - share))) - 1))
  const percent = Math.floor(share * 100 * 10 ** digits + 1e-6) / 10 ** digits
  return new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: digits }).format(percent / 100)
}

/** The agents that one can do something about, each once, the latest first. */
export function agentsOf(suspects: readonly Suspect[], outcome: Suspect['outcome']): string[] {
  return [...new Set(suspects.filter((suspect) => suspect.outcome === outcome).map(({ agentId }) => agentId))]
}
