import type { AgentKey } from '../agent-key.ts'

/** What the index can hold. The index owns `nextInBucket`. */
export interface Indexed<Entry> extends AgentKey {
  nextInBucket: Entry | undefined
}

/** Up to here a chain of entries that agree in the fields compared so far is walked; longer ones get a Map of their own. */
const maxChain = 8

/**
 * Finds entries by the raw four-part key, without building a string from it (that would cost ten times the look-up).
 *
 * A Map by session id, in which entries of one session are chained and compared field by field. Where many share a session
 * id the chain becomes a Map by user id, and so on down to the reasoning mode: no choice of ids makes look-ups slow.
 */
export class KeyIndex<Entry extends Indexed<Entry>> {
  readonly #root = new Level<Entry>(0)
  readonly #bySession: Map<boolean | string, Entry | Level<Entry>> = this.#root.buckets
  #size = 0

  get size(): number {
    return this.#size
  }

  find(key: AgentKey): Entry | undefined {
    let bucket = this.#bySession.get(key.sessionId)
    while (bucket !== undefined) {
      if (bucket.sessionId === undefined) {
        bucket = bucket.buckets.get(fieldAt(key, bucket.depth))
        continue
      }
      // The session id has been compared by the Map.
      if (bucket.userId === key.userId && bucket.agentId === key.agentId && bucket.reasoning === key.reasoning) return bucket
      bucket = bucket.nextInBucket
    }
    return undefined
  }

  /** The entries of a session. */
  ofSession(sessionId: string): Iterable<Entry> {
    return entriesOf(this.#bySession.get(sessionId))
  }

  /** No entry of this key may be in the index. */
  add(entry: Entry): void {
    this.#root.add(entry)
    this.#size++
  }

  /** Removes this very entry, never another of the same key. False if it was not there. */
  remove(entry: Entry): boolean {
    if (!this.#root.remove(entry)) return false
    this.#size--
    return true
  }

  /** All entries, in no particular order. The index must not change meanwhile. */
  [Symbol.iterator](): Generator<Entry> {
    return this.#root.entries()
  }
}

class Level<Entry extends Indexed<Entry>> {
  /** Tells a level from an entry, more cheaply than `instanceof` does. */
  readonly sessionId: undefined = undefined
  readonly depth: number
  readonly buckets = new Map<boolean | string, Entry | Level<Entry>>()

  constructor(depth: number) {
    this.depth = depth
  }

  add(entry: Entry): void {
    const value = fieldAt(entry, this.depth)
    const bucket = this.buckets.get(value)
    if (isLevel(bucket)) return bucket.add(entry)
    entry.nextInBucket = bucket
    if (this.depth < deepest && chainLength(entry) > maxChain) this.buckets.set(value, split(entry, this.depth + 1))
    else this.buckets.set(value, entry)
  }

  remove(entry: Entry): boolean {
    const value = fieldAt(entry, this.depth)
    const bucket = this.buckets.get(value)
    if (isLevel(bucket)) {
      const removed = bucket.remove(entry)
      if (bucket.buckets.size === 0) this.buckets.delete(value)
      return removed
    }
    if (bucket === entry) {
      if (entry.nextInBucket === undefined) this.buckets.delete(value)
      else this.buckets.set(value, entry.nextInBucket)
      entry.nextInBucket = undefined
      return true
    }
    for (let before = bucket; before !== undefined; before = before.nextInBucket) {
      if (before.nextInBucket !== entry) continue
      before.nextInBucket = entry.nextInBucket
      entry.nextInBucket = undefined
      return true
    }
    return false
  }

  *entries(): Generator<Entry> {
    for (const bucket of this.buckets.values()) yield* entriesOf(bucket)
  }
}

function* entriesOf<Entry extends Indexed<Entry>>(bucket: Entry | Level<Entry> | undefined): Generator<Entry> {
  if (isLevel(bucket)) return yield* bucket.entries()
  for (let entry = bucket; entry !== undefined; entry = entry.nextInBucket) yield entry
}

function isLevel<Entry extends Indexed<Entry>>(bucket: Entry | Level<Entry> | undefined): bucket is Level<Entry> {
  return bucket !== undefined && bucket.sessionId === undefined
}

/** The last field compared: two keys that agree down to it are the same key. */
const deepest = 3

function fieldAt(key: AgentKey, depth: number): boolean | string {
  switch (depth) {
    case 0:
      return key.sessionId
    case 1:
      return key.userId
    case 2:
      return key.agentId
    default:
      return key.reasoning
  }
}

function chainLength<Entry extends Indexed<Entry>>(first: Entry): number {
  let length = 0
  for (let entry: Entry | undefined = first; entry !== undefined; entry = entry.nextInBucket) length++
  return length
}

function split<Entry extends Indexed<Entry>>(first: Entry, depth: number): Level<Entry> {
  const level = new Level<Entry>(depth)
  for (let entry: Entry | undefined = first; entry !== undefined;) {
    const next: Entry | undefined = entry.nextInBucket
    level.add(entry)
    entry = next
  }
  return level
}
