import { listIssues, textOf } from '../errors.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import type { AgentKey } from '../agent-key.ts'
import type { ConfigRefusal } from '../reasons.ts'
import { maxConfigLength } from './config-limits.ts'
import { sealedPrefix } from './config-store.ts'
import { fingerprintOf } from './fingerprint.ts'
import { type Freshness, freshnessAt, type StaleWindows } from './freshness.ts'
import { parseFrozen, type ParsedJson } from './json.ts'
import type { Pointer } from './pointer.ts'
import type { StandardSchema } from './standard-schema.ts'
import { validate } from './validate.ts'

/**
 * What decides whether a stored config may be used, apart from the I/O that feeds it: who reads one for an agent and who explains
 * why it is not used judge alike.
 */

/** The clocks of two machines may be so far apart that one takes what the other has just written for fresh too long. */
const maxClockSkewMs = 60_000

export interface FreshnessRules extends StaleWindows {
  /** No config is ever written to be fresh for longer. */
  readonly longestTtlMs: number
}

/** Whether what is stored under `key` is still good; `view` has caught up with the store. */
export function judgePointer(
  pointer: Pointer,
  key: Partial<AgentKey>,
  view: InvalidationView,
  now: number,
  rules: FreshnessRules,
): Freshness | 'invalidated' {
  if (!view.isValid({ key, tags: pointer.tags, asOf: pointer.asOf })) return 'invalidated'
  // Be it that more was allowed before, or that somebody made it up.
  if (pointer.freshUntil > now + rules.longestTtlMs + maxClockSkewMs) return 'expired'
  return freshnessAt(now, freshUntilOf(pointer, now, rules), rules)
}

export function freshUntilOf({ freshUntil }: Pointer, now: number, { longestTtlMs }: FreshnessRules): number {
  return Math.min(freshUntil, now + longestTtlMs)
}

/**
 * Later in its history than `latest`, a stamp that has all that is known. Nobody who had read that clock wrote it, and no
 * invalidation would reach it.
 */
export function isAhead(asOf: Stamp, latest: Stamp): boolean {
  return asOf.history === latest.history && asOf.clock > latest.clock
}

export function aheadDetail({ asOf }: Pointer, view: InvalidationView): string {
  return `it says that it was loaded at ${asOf.clock} of the invalidation clock, which is at ${view.stamp.clock}`
}

type JudgedBlob<Config> =
  | { readonly config: Config; readonly parsed: ParsedJson; readonly refusal?: undefined }
  | { readonly refusal: ConfigRefusal; readonly detail?: string }

/** The config that `text` is, if it is the one that `fingerprint` names and the schema accepts it. Never rejects. */
export async function judgeBlob<Config>(
  text: string | undefined,
  fingerprint: string,
  schema: StandardSchema<Config> | undefined,
): Promise<JudgedBlob<Config>> {
  if (text === undefined) return { refusal: 'absent' }
  if (text.startsWith(sealedPrefix)) return { refusal: 'sealed' }
  if (text.length > maxConfigLength || fingerprintOf(text) !== fingerprint) return { refusal: 'corrupt' }
  const parsed = parseFrozen(text)
  if (parsed === undefined) return { refusal: 'corrupt' }
  // A schema that throws has met something that it was not made for.
  const validated = await validate(schema, parsed.value).catch(textOf)
  if (typeof validated === 'string') return { refusal: 'schema-mismatch', detail: validated }
  if (validated.issues !== undefined) return { refusal: 'schema-mismatch', detail: listIssues(validated.issues) }
  return { config: validated.config, parsed }
}
