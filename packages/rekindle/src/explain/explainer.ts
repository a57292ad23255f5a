import { type AgentKey, encodeKey, type KeyField, projectKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import type { ConfigInspection, ConfigStanding } from '../config/config-inspection.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import { summaryOf } from '../live/live-summary.ts'
import type { LiveTier } from '../live/live-tier.ts'
import type { Explanation, LastInvalidation, LocalExplanation, MemoryStanding, StoredExplanation } from './explanation.ts'
import type { Timeline } from './timeline.ts'

/** Of the tags of one agent, in UTF-16 code units together. */
const maxTagsLength = 4_096

/** A clock that is none of these microseconds only counts: from 2001 on, and not more than a day ahead. */
const firstTime = 1_000_000_000_000_000
const dayMicros = 86_400_000_000

/** What is needed to say where a key stands in the store. */
export interface StoreExplainerParts {
  /** Absent where nothing is read from a store. */
  readonly inspection: Pick<ConfigInspection<unknown>, 'standing'> | undefined
  readonly view: InvalidationView
  readonly clock: Clock
  readonly configScope: readonly KeyField[]
  readonly liveScope: readonly KeyField[]
}

export interface ExplainerParts<Config, Agent> extends StoreExplainerParts {
  readonly live: LiveTier<Config, Agent>
  readonly timeline: Timeline
}

/** Where `key` stands in the store. `tagsHere`: what is known here of its dependencies, once the store has been asked. */
export async function explainStored(
  { inspection, liveScope, configScope, view, clock }: StoreExplainerParts,
  key: AgentKey,
  tagsHere: () => readonly string[] | undefined = () => undefined,
): Promise<StoredExplanation & { readonly tags: readonly string[] }> {
  const scoped = projectKey(key, configScope)
  // First: what it hears of invalidations may take the agent out of memory.
  const config: ConfigStanding = (await inspection?.standing(scoped, encodeKey(scoped))) ?? { state: 'none' }
  const own = tagsHere()
  const stored = tagsOf(config)
  const tags = [...new Set([...(own ?? []), ...(stored ?? [])])]
  const isAsked = config.state !== 'refused' || config.reason !== 'store-unavailable'
  const last = view.lastOf({ key: projectKey(key, liveScope), tags })
  const sure = isAsked && (own ?? stored) !== undefined
  return {
    key: projectKey(key, liveScope),
    config: withFirstTags(config),
    invalidation: { last: last && dated(last, clock.now()), sure },
    tags,
  }
}

/** Says where keys stand. It is no use of what it looks at. */
export class Explainer<Config, Agent> {
  readonly #parts: ExplainerParts<Config, Agent>

  constructor(parts: ExplainerParts<Config, Agent>) {
    this.#parts = parts
  }

  /** Never rejects. `key` has been checked. */
  async explain(key: AgentKey): Promise<Explanation> {
    const { tags, ...stored } = await explainStored(this.#parts, key, () => this.#tags(key))
    return { ...stored, ...this.#local(key, tags) }
  }

  local(key: AgentKey): LocalExplanation {
    return this.#local(key, this.#tags(key) ?? [])
  }

  #local(key: AgentKey, tags: readonly string[]): LocalExplanation {
    const { timeline, liveScope, configScope } = this.#parts
    return { memory: this.#memory(key), timeline: timeline.of([projectKey(key, liveScope), projectKey(key, configScope)], tags) }
  }

  #memory(key: AgentKey): MemoryStanding {
    const { live: tier, liveScope, clock } = this.#parts
    const live = tier.find(key)
    if (live === undefined) return { present: false }
    const now = clock.now()
    const { key: _, ...summary } = summaryOf(live, liveScope, now)
    const ageMs = Math.max(0, now - live.createdAt)
    return { present: true, ...summary, standing: tier.standing(live, now), ageMs, tags: firstOf(live.record.tags) }
  }

  /** What the agent depends on, or did when it was last here. */
  #tags(key: AgentKey): readonly string[] | undefined {
    const { live, timeline, liveScope } = this.#parts
    return live.find(key)?.record.tags ?? timeline.tagsOf(projectKey(key, liveScope))
  }
}

function dated(last: Omit<LastInvalidation, 'at'>, now: number): LastInvalidation {
  const { clock } = last
  const isTime = clock >= firstTime && clock <= now * 1_000 + dayMicros
  return { ...last, at: isTime && last.confirmed ? Math.round(clock / 1_000) : undefined }
}

function tagsOf(config: ConfigStanding): readonly string[] | undefined {
  return config.state === 'none' ? undefined : config.entry?.tags
}

function withFirstTags(config: ConfigStanding): ConfigStanding {
  if (config.state === 'none' || config.entry === undefined) return config
  return { ...config, entry: { ...config.entry, tags: firstOf(config.entry.tags) } }
}

function firstOf(tags: readonly string[]): readonly string[] {
  let length = 0
  const end = tags.findIndex((tag) => (length += tag.length) > maxTagsLength)
  return end === -1 ? tags : tags.slice(0, end)
}
