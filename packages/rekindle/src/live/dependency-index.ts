import { type AgentKey, keyFields } from '../agent-key.ts'
import { everything, fieldsOf, tagTarget } from '../invalidation/target.ts'

/** Where all entries are, found by session. */
export interface AllEntries<Entry> extends Iterable<Entry> {
  ofSession(sessionId: string): Iterable<Entry>
}

/**
 * Which entries depend on what: by tag, and by the user and the agent in the key (sessions are found where the entries are). So an invalidation touches what it names, however
 * many entries there are. Fields that the entries do not depend on are empty.
 */
export class DependencyIndex<Entry extends AgentKey> {
  readonly #byTag = new Map<string, Entries<Entry>>()
  readonly #byUser = new Map<string, Entries<Entry>>()
  readonly #byAgent = new Map<string, Entries<Entry>>()

  add(entry: Entry, tags: readonly string[]): void {
    put(this.#byUser, entry.userId, entry)
    put(this.#byAgent, entry.agentId, entry)
    for (const tag of tags) put(this.#byTag, tagTarget(tag), entry)
  }

  /** `tags` as they were given to {@link add}. */
  remove(entry: Entry, tags: readonly string[]): void {
    take(this.#byUser, entry.userId, entry)
    take(this.#byAgent, entry.agentId, entry)
    for (const tag of tags) take(this.#byTag, tagTarget(tag), entry)
  }

  /** The entries that one of `targets` names; `all` are those there are. */
  named(targets: readonly string[], all: AllEntries<Entry>): Set<Entry> {
    if (targets.includes(everything)) return new Set(all)
    const named = new Set<Entry>()
    for (const target of targets) {
      const fields = fieldsOf(target)
      if (fields === undefined) for (const entry of listed(this.#byTag.get(target))) named.add(entry)
      else for (const entry of this.#withFields(fields, all)) named.add(entry)
    }
    return named
  }

  *#withFields(fields: Partial<AgentKey>, all: AllEntries<Entry>): Generator<Entry> {
    for (const entry of this.#candidates(fields, all)) {
      if (keyFields.every((field) => !(field in fields) || fields[field] === entry[field])) yield entry
    }
  }

  /**
   * By the field with the fewest agents, as a rule. (Reasoning modes are few, and by themselves hardly ever invalidated: for that all
   * entries are gone through.)
   */
  #candidates({ sessionId, userId, agentId }: Partial<AgentKey>, all: AllEntries<Entry>): Iterable<Entry> {
    if (sessionId !== undefined) return all.ofSession(sessionId)
    if (userId !== undefined) return listed(this.#byUser.get(userId))
    if (agentId !== undefined) return listed(this.#byAgent.get(agentId))
    return all
  }
}

/** Most values are those of one entry only, and a set of one would be several times its size. */
type Entries<Entry> = Entry | Set<Entry>

function put<Value, Entry extends object>(index: Map<Value, Entries<Entry>>, value: Value, entry: Entry): void {
  const entries = index.get(value)
  if (entries instanceof Set) entries.add(entry)
  else index.set(value, entries === undefined || entries === entry ? entry : new Set([entries, entry]))
}

function take<Value, Entry extends object>(index: Map<Value, Entries<Entry>>, value: Value, entry: Entry): void {
  const entries = index.get(value)
  if (entries === entry) index.delete(value)
  else if (entries instanceof Set && entries.delete(entry) && entries.size === 0) index.delete(value)
}

function listed<Entry extends object>(entries: Entries<Entry> | undefined): Iterable<Entry> {
  if (entries instanceof Set) return entries
  return entries === undefined ? [] : [entries]
}
