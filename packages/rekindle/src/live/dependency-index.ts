import { type AgentKey, type KeyField, keyFields } from '../agent-key.ts'
import { everything, fieldsOf, tagTarget } from '../invalidation/target.ts'

type IndexedField = Exclude<KeyField, 'reasoning'>

/**
 * A target that names fields is looked up by the first of these that it has: the one with the fewest agents, as a rule.
 * (Reasoning modes are few, and by themselves hardly ever invalidated: for that all entries are gone through.)
 */
const lookedUpBy: readonly IndexedField[] = ['sessionId', 'userId', 'agentId']

/**
 * Which entries depend on what: by tag, and by the ids in the key. So an invalidation touches what it names, however
 * many entries there are. Fields that the entries do not depend on are empty.
 */
export class DependencyIndex<Entry extends AgentKey> {
  readonly #byTag = new Map<string, Entries<Entry>>()
  readonly #byField: Readonly<Record<IndexedField, Map<string, Entries<Entry>>>> = {
    agentId: new Map(),
    userId: new Map(),
    sessionId: new Map(),
  }

  add(entry: Entry, tags: readonly string[]): void {
    for (const field of lookedUpBy) put(this.#byField[field], entry[field], entry)
    for (const tag of tags) put(this.#byTag, tagTarget(tag), entry)
  }

  /** `tags` as they were given to {@link add}. */
  remove(entry: Entry, tags: readonly string[]): void {
    for (const field of lookedUpBy) take(this.#byField[field], entry[field], entry)
    for (const tag of tags) take(this.#byTag, tagTarget(tag), entry)
  }

  /** The entries that one of `targets` names; `all` are those there are. */
  named(targets: readonly string[], all: Iterable<Entry>): Set<Entry> {
    if (targets.includes(everything)) return new Set(all)
    const named = new Set<Entry>()
    for (const target of targets) {
      const fields = fieldsOf(target)
      if (fields === undefined) for (const entry of listed(this.#byTag.get(target))) named.add(entry)
      else for (const entry of this.#withFields(fields, all)) named.add(entry)
    }
    return named
  }

  *#withFields(fields: Partial<AgentKey>, all: Iterable<Entry>): Generator<Entry> {
    const first = lookedUpBy.find((field) => field in fields)
    for (const entry of first === undefined ? all : listed(this.#byField[first].get(fields[first]!))) {
      if (keyFields.every((field) => !(field in fields) || fields[field] === entry[field])) yield entry
    }
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
