import { type AgentKey, encodeKey } from '../agent-key.ts'
import { textOf } from '../errors.ts'
import { matcherFor } from '../invalidation/target.ts'
import { excerptOf, presentable } from '../text/presentable.ts'
import type { ConfigRefusal, MissReason, RemovalCause } from '../reasons.ts'
import type { Told } from './told.ts'

/** Something that befell a key in one process; `at`: milliseconds since 1970. The events of the same names have more. */
export type Happening = { readonly at: number } & (
  | {
      readonly event: 'created'
      readonly source: 'config' | 'build'
      readonly reason: MissReason
      readonly durationMs: number
      readonly fingerprint: string | undefined
    }
  | { readonly event: 'retired'; readonly cause: RemovalCause; readonly leases: number }
  | { readonly event: 'config-refused'; readonly reason: ConfigRefusal; readonly detail?: string }
  | { readonly event: 'config-not-stored'; readonly detail: string }
  | { readonly event: 'build-failed' | 'refresh-failed' | 'stale-served'; readonly error: string }
  /** `targets`: those that name the key or what it depends on. */
  | { readonly event: 'invalidated'; readonly targets: readonly string[]; readonly clock: number }
)

/**
 * Of the keys that something has happened to last, at least as many, and at most twice as many. (With a `configScope`, what befell a
 * shared config is one more.) And the latest of each.
 */
const maxKeys = 1_000
const maxHappenings = 16

/** So many are filed at once: one by one, each would cost the miss it is about more than all the rest of this. */
const maxUnfiled = 64

/** The latest invalidations, and of each the first targets that are not out of the ordinary. */
const maxInvalidations = 128
const maxTargets = 32
const maxTargetLength = 2_048

/** Of the tags of a key, the first. */
const maxTags = 100

interface Noted<What extends Happening = Happening> {
  /** Of one millisecond there may be several. */
  readonly order: number
  readonly happening: What
}

interface Unfiled {
  readonly key: Partial<AgentKey>
  readonly noted: Noted
  readonly tags: readonly string[] | undefined
}

interface KeyHistory {
  readonly noted: Noted[]
  /** `undefined`: nothing has been made of it since its history began. */
  tags: readonly string[] | undefined
}

type Invalidated = Extract<Happening, { event: 'invalidated' }>

/** What has happened of late to which key in this process, as the events told it. Memory hits make none. */
export class Timeline {
  /** Two generations: to keep one in order of use would cost a miss more than all the rest of this. */
  #young = new Map<string, KeyHistory>()
  #old = new Map<string, KeyHistory>()
  #unfiled: Unfiled[] = []
  readonly #invalidations: Noted<Invalidated>[] = []
  #order = 0

  see({ name, event }: Told, at: number): void {
    switch (name) {
      case 'created': {
        const { key, source, reason, durationMs, fingerprint, tags } = event
        return this.#note(key, { at, event: name, source, reason, durationMs, fingerprint }, tags)
      }
      case 'retired':
        return this.#note(event.key, { at, event: name, cause: event.cause, leases: event.leases })
      case 'config-refused': {
        const { key, reason, detail } = event
        return this.#note(key, { at, event: name, reason, ...(detail !== undefined && { detail: excerptOf(detail) }) })
      }
      case 'config-not-stored':
        return this.#note(event.key, { at, event: name, detail: excerptOf(`${event.path}: ${event.message}`) })
      case 'invalidated':
        return this.#noteInvalidation(event.targets, event.clock, at)
      default:
        return this.#note(event.key, { at, event: name, error: excerptOf(textOf(event.error)) })
    }
  }

  #note(key: Partial<AgentKey>, happening: Happening, tags?: readonly string[]): void {
    this.#unfiled.push({ key, noted: { order: this.#order++, happening }, tags })
    if (this.#unfiled.length >= maxUnfiled) this.#fileAll()
  }

  #fileAll(): void {
    const unfiled = this.#unfiled
    this.#unfiled = []
    for (const { key, noted, tags } of unfiled) {
      const history = this.#historyFor(encodeKey(key))
      append(history.noted, noted, maxHappenings)
      if (tags !== undefined) history.tags = tags.slice(0, maxTags)
    }
  }

  /** The latest used: what was young long ago goes. */
  #historyFor(id: string): KeyHistory {
    let history = this.#young.get(id)
    if (history === undefined) {
      history = this.#old.get(id) ?? { noted: [], tags: undefined }
      if (this.#young.size >= maxKeys) {
        this.#old = this.#young
        this.#young = new Map()
      }
      this.#young.set(id, history)
    }
    return history
  }

  #historyOf(id: string): KeyHistory | undefined {
    this.#fileAll()
    return this.#young.get(id) ?? this.#old.get(id)
  }

  #noteInvalidation(targets: readonly string[], clock: number, at: number): void {
    const ordinary = targets.slice(0, maxTargets).filter((target) => target.length <= maxTargetLength)
    if (ordinary.length === 0) return
    const happening = { at, event: 'invalidated', targets: ordinary, clock } as const
    append(this.#invalidations, { order: this.#order++, happening }, maxInvalidations)
  }

  /** The dependencies of the agent of a live key that was made here last; `undefined` if that was long ago. */
  tagsOf(key: Partial<AgentKey>): readonly string[] | undefined {
    return this.#historyOf(encodeKey(key))?.tags
  }

  /** The latest first. `keys`: the one asked about, as each scope has it, the one with most fields first. */
  of(keys: readonly [Partial<AgentKey>, ...Partial<AgentKey>[]], tags: readonly string[]): Happening[] {
    const ids = new Set(keys.map(encodeKey))
    const befell = [...ids].flatMap((id) => this.#historyOf(id)?.noted ?? [])
    return [...befell, ...this.#naming(keys[0], tags)]
      .sort((one, other) => other.order - one.order)
      .slice(0, maxHappenings)
      .map(({ happening }) => shown(happening))
  }

  /** The invalidations that name the key or one of the tags. */
  #naming(key: Partial<AgentKey>, tags: readonly string[]): Noted<Invalidated>[] {
    return this.#invalidations
      .filter(({ happening }) => matcherFor(happening.targets)(key, tags))
      .map(({ order, happening }) => {
        const targets = happening.targets.filter((target) => matcherFor([target])(key, tags))
        return { order, happening: { ...happening, targets } }
      })
  }
}

function append<Item>(items: Item[], item: Item, max: number): void {
  items.push(item)
  if (items.length > max) items.shift()
}

/** Only when somebody asks: looking for secrets takes longer than all the rest. */
function shown(happening: Happening): Happening {
  if ('error' in happening) return { ...happening, error: presentable(happening.error) }
  if ('detail' in happening) return { ...happening, detail: presentable(happening.detail) }
  return happening
}
