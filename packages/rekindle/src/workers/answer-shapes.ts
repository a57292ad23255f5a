import { serialize } from '../config/serialize.ts'
import type { LocalExplanation } from '../explain/explanation.ts'
import { eventNames } from '../events.ts'
import { configRefusals, missReasons, removalCauses } from '../reasons.ts'
import type { RecordingPage } from '../watch/watcher.ts'
import type { SelfDescription } from './self.ts'

/**
 * What workers answer comes through the store, so it is a stranger's word: what has another shape than this is no answer, so that
 * whoever shows one need not look twice. Causes and reasons may be a later version's, and so may be more fields.
 */
type Shape = (value: unknown) => boolean

const text: Shape = (value) => typeof value === 'string'
const flag: Shape = (value) => typeof value === 'boolean'
const number: Shape = Number.isFinite
/** Wall clock, ms: what a `Date` can tell. */
const time: Shape = (value) => Number.isFinite(value) && Math.abs(value as number) <= 8.64e15
const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const anything: Shape = () => true
const one =
  (...of: readonly string[]): Shape =>
  (value) =>
    of.includes(value as string)
const either =
  (...of: readonly Shape[]): Shape =>
  (value) =>
    of.some((shape) => shape(value))
const optional =
  (of: Shape): Shape =>
  (value) =>
    value === undefined || of(value)
const list =
  (of: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(of)
const pair =
  (of: Shape, and: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.length === 2 && of(value[0]) && and(value[1])
const record =
  (fields: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, shape]) => shape(Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined))

const latency = record({ count, p50: number, p99: number, max: number, sum: number, histogram: list(pair(number, count)) })

const countsOf = (names: readonly string[]): Shape => record(Object.fromEntries(names.map((name) => [name, count])))

const stats = record({
  namespace: text,
  worker: text,
  served: record({ memory: count, config: count, build: count }),
  failed: count,
  misses: countsOf(missReasons),
  configReads: record({ used: count, refused: countsOf(configRefusals) }),
  created: record({ config: count, build: count, unchanged: count }),
  removals: countsOf(removalCauses),
  live: count,
  idle: count,
  inUse: count,
  waiting: count,
  synced: flag,
  building: count,
  latency: record({ memory: latency, config: latency, build: latency }),
  work: record({ load: latency, create: latency }),
  store: record({
    name: text,
    state: one('none', 'up', 'down'),
    since: optional(number),
    failures: count,
    lastError: optional(text),
    latency,
  }),
  written: record({ configs: count, configLength: count, pointerLength: count }),
  events: countsOf(eventNames),
  settings: record({ configTtlMs: number, liveTtlMs: number, idleMs: number, maxAgents: number }),
  audit: record({
    ...Object.fromEntries(['consistent', 'inconsistent', 'unstable', 'failed', 'skipped'].map((name) => [name, count])),
    windows: list(record({ minutes: number, audited: count, inconsistent: count, nines: optional(number) })),
  }),
})

const selfDescription = record({ about: anything, stats })

const memory = either(
  record({ present: (value) => value === false }),
  record({
    present: (value) => value === true,
    standing: one('fresh', 'stale', 'expired', 'idle'),
    fingerprint: optional(text),
    source: one('config', 'build'),
    leases: count,
    idleMs: number,
    freshForMs: number,
    createdAt: number,
    ageMs: number,
    tags: list(text),
  }),
)

const happening = either(
  record({
    at: time,
    event: one('created'),
    source: one('config', 'build'),
    reason: text,
    durationMs: number,
    fingerprint: optional(text),
  }),
  record({ at: time, event: one('retired'), cause: text, leases: count }),
  record({ at: time, event: one('config-refused'), reason: text, detail: optional(text) }),
  record({ at: time, event: one('config-not-stored'), detail: text }),
  record({ at: time, event: one('build-failed', 'refresh-failed', 'stale-served'), error: text }),
  record({ at: time, event: one('invalidated'), targets: list(text), clock: count }),
)

const localExplanation = record({ memory, timeline: list(happening) })

export function readSelfDescription(answer: unknown): SelfDescription | undefined {
  const read = readAs<SelfDescription>(answer, selfDescription)
  return read && { about: read.about, stats: read.stats }
}

export function readLocalExplanation(answer: unknown): LocalExplanation | undefined {
  const read = readAs<LocalExplanation>(answer, localExplanation)
  return read && { memory: read.memory, timeline: read.timeline }
}

const page = record({
  since: number,
  until: number,
  requests: count,
  threshold: count,
  next: count,
  more: flag,
  events: (value) =>
    Array.isArray(value) && value.length % 2 === 0 && value.every((each) => Number.isSafeInteger(each) && each >= 0),
  truncated: optional(flag),
  marks: optional(list(record({ at: number, requests: count, told: optional(count), visits: optional(list(count)) }))),
})

/** `null`: nobody watches there. */
export function readPage(answer: unknown): { page: RecordingPage | null } | undefined {
  const read = readAs<RecordingPage | null>(
    answer,
    either((value) => value === null, page),
  )
  return read === undefined ? undefined : { page: read }
}

/** Frozen, and no deeper than a config may be: whoever passes it on shall not stumble over it. */
function readAs<Answer>(answer: unknown, shape: Shape): Answer | undefined {
  const { parsed } = serialize(answer)
  return parsed !== undefined && shape(parsed.value) ? (parsed.value as Answer) : undefined
}
