/** Why an agent was not served from memory, for people: ends a sentence that begins with "because". */
const reasons: Readonly<Record<string, string>> = {
  cold: 'this worker had not had it before',
  expired: 'its time was over',
  idle: 'nobody had used it for a while',
  evicted: 'memory held as many agents as it may, and others were used later',
  pressure: 'the process was running out of memory',
  invalidated: 'it had been invalidated',
  replaced: 'a newer version of it had been made',
  closed: 'the cache was closing',
  corrupt: 'the stored config could not be read',
  sealed: 'the stored config was sealed with a key that this worker does not have',
  foreign: "the stored config was another key's",
  'version-mismatch': 'the stored config was written by another version of Rekindle',
  'schema-mismatch': 'the stored config did not have the shape that is expected',
  rejected: 'no agent could be made from the stored config',
  'store-unavailable': 'the store did not answer',
  absent: 'the store had no config',
}

/** A reason that this page does not know is a later version's: its own name then. */
export const becauseText = (reason: string): string => reasons[reason] ?? `of "${reason}"`

const refusals: Readonly<Record<string, string>> = {
  absent: 'Nothing is stored',
  expired: 'Expired',
  invalidated: 'Invalidated',
  corrupt: 'Not readable',
  sealed: 'Sealed with an unknown key',
  foreign: "Another key's",
  'version-mismatch': 'Of another version of Rekindle',
  'schema-mismatch': 'Of another shape',
  rejected: 'Refused when an agent was made of it',
  'store-unavailable': 'The store does not answer',
}

export const refusalText = (reason: string): string => refusals[reason] ?? reason

const causes: Readonly<Record<string, string>> = {
  expired: 'its time was over',
  idle: 'nobody used it',
  evicted: 'memory was full',
  pressure: 'the process ran out of memory',
  invalidated: 'it was invalidated',
  replaced: 'a newer version was made',
  closed: 'the cache was closed',
}

export const causeText = (cause: string): string => causes[cause] ?? cause

/** `*`, `#"tag"` or fields of a key as JSON, for people. */
export function targetText(target: string): string {
  if (target === '*') return 'everything'
  if (target.startsWith('#')) return `tag ${String(parsed(target.slice(1)) ?? target.slice(1))}`
  const fields = Object.entries(Object(parsed(target)) as object)
  const names: Readonly<Record<string, string>> = { agentId: 'agent', userId: 'user', sessionId: 'session' }
  return fields.map(([field, value]) => `${names[field] ?? field} ${String(value)}`).join(', ') || target
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
