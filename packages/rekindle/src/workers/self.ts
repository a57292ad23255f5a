import type { AgentKey } from '../agent-key.ts'
import type { JsonValue } from '../agent-config/json-value.ts'
import { serialize } from '../config/serialize.ts'
import type { Events } from '../events.ts'
import type { LocalExplanation } from '../explain/explanation.ts'
import type { AgentCacheStats } from '../counts/stats.ts'
import type { RecordingPage, RequestWatch } from '../watch/watcher.ts'
import type { Answer } from './answers.ts'

/** Of the application's description of its process, in UTF-16 code units of JSON. */
const maxAboutLength = 65_536

/** Fewer and fewer happenings, if a timeline is too long for a letter. */
const timelineLengths = [16, 4, 0]

/** Of a recording, as many events as there is room for. */
const pageLengths = [4_000, 2_000, 1_000, 400]

/** What a worker says of itself. */
export interface SelfDescription {
  /** What `describeWorker` returned; `undefined` where there is none, it failed, or there was no room for it. */
  readonly about: JsonValue | undefined
  readonly stats: AgentCacheStats
}

export interface SelfParts {
  readonly describeWorker: (() => JsonValue) | undefined
  readonly stats: () => AgentCacheStats
  readonly explain: (key: AgentKey) => LocalExplanation
  /** The name of this worker. */
  readonly name: string
  readonly watch: () => RequestWatch | undefined
  readonly events: Events
}

export function describeSelf({
  describeWorker,
  stats,
  events,
}: Pick<SelfParts, 'describeWorker' | 'stats' | 'events'>): SelfDescription {
  return { about: describeWorker && aboutOf(describeWorker, events), stats: stats() }
}

/** What this worker tells of itself, and of what is in its memory, to others that ask. */
export function answerFrom(parts: SelfParts): Answer {
  return function* (question) {
    if (question.about === 'stats') {
      const described = describeSelf(parts)
      yield described
      yield { stats: described.stats }
    } else if (question.about === 'recording') {
      const after = question.after[parts.name] ?? 0
      for (const maxEvents of pageLengths) yield pageOf(parts, question.of, after, maxEvents)
    } else {
      const { memory, timeline } = parts.explain(question.key)
      for (const length of timelineLengths) yield { memory, timeline: timeline.slice(0, length) }
    }
  }
}

/** `null`: nobody watches. */
export function pageOf(
  { watch }: Pick<SelfParts, 'watch'>,
  of: 'live' | 'config',
  after: number,
  maxEvents: number,
): RecordingPage | null {
  return watch()?.page(of, after, maxEvents) ?? null
}

function aboutOf(describeWorker: () => unknown, events: Events): JsonValue | undefined {
  try {
    const { text, parsed, issue } = serialize(describeWorker())
    if (issue !== undefined) throw new TypeError(`describeWorker must return JSON; at ${issue.path}: ${issue.message}.`)
    if (text.length <= maxAboutLength) return parsed.value as JsonValue
    throw new RangeError(`describeWorker returned JSON of ${text.length} characters; ${maxAboutLength} may be told.`)
  } catch (error) {
    events.emit('describe-failed', () => ({ error }))
    return undefined
  }
}
