import type { AgentKey } from '../agent-key.ts'
import type { JsonValue } from '../agent-config/json-value.ts'
import { serialize } from '../config/serialize.ts'
import type { Events } from '../events.ts'
import type { LocalExplanation } from '../explain/explanation.ts'
import type { AgentCacheStats } from '../stats.ts'
import type { Answer } from './answers.ts'

/** Of the application's description of its process, in UTF-16 code units of JSON. */
const maxAboutLength = 65_536

/** Fewer and fewer happenings, if a timeline is too long for a letter. */
const timelineLengths = [16, 4, 0]

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
  readonly events: Events
}

export function describeSelf({ describeWorker, stats, events }: Omit<SelfParts, 'explain'>): SelfDescription {
  return { about: describeWorker && aboutOf(describeWorker, events), stats: stats() }
}

/** What this worker tells of itself, and of what is in its memory, to others that ask. */
export function answerFrom(parts: SelfParts): Answer {
  return function* (question) {
    if (question.about === 'stats') {
      const described = describeSelf(parts)
      yield described
      yield { stats: described.stats }
    } else {
      const { memory, timeline } = parts.explain(question.key)
      for (const length of timelineLengths) yield { memory, timeline: timeline.slice(0, length) }
    }
  }
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
