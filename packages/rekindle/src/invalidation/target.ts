import { type AgentKey, assertField, encodeKey, type KeyField, keyFields, projectKey, maxTagLength } from '../agent-key.ts'
import { InvalidKeyError, InvalidTargetError, shown } from '../errors.ts'
import type { InvalidationTarget } from './invalidation-target.ts'

/**
 * What one invalidation names, in the form that stores keep: `*` for all, `#"name"` for a tag, and for fields of the key their
 * encoding, `{"agentId":"42"}`. No two that differ agree as strings, and JSON keeps them so through any store (UTF-8 has no
 * lone surrogates).
 */
export const everything = '*'

const maxTags = 10_000

/**
 * A target that this process cannot read (sealed by others, or of a later version) may name anything: to pass over it would be to
 * serve what it names.
 */
export function legible(target: string): string {
  return /^[#{*]/.test(target) ? target : everything
}

export function tagTarget(tag: string): string {
  return `#${JSON.stringify(tag)}`
}

/** The strings to record for what the application asked, given what configs and live agents of this cache depend on. */
export function encodeTargets(target: InvalidationTarget, scopes: readonly (readonly KeyField[])[]): string[] {
  if (target === 'all') return [everything]
  if (typeof target !== 'object' || target === null) {
    throw new InvalidTargetError(`invalidate takes fields of a key, { tags: [...] } or 'all'; got ${shown(target)}.`)
  }
  if (target.tags !== undefined) return encodeTags(target.tags, target)
  return encodeFields(target, scopes)
}

function encodeTags(tags: readonly string[], target: object): string[] {
  if (!Array.isArray(tags) || tags.length === 0 || tags.some((tag) => typeof tag !== 'string')) {
    throw new InvalidTargetError(`tags must be a list of at least one string; got ${shown(tags)}.`)
  }
  const long = tags.find((tag) => tag.length > maxTagLength)
  if (long !== undefined) throw new InvalidTargetError(`A tag may have ${maxTagLength} characters; one has ${long.length}.`)
  const extra = Object.keys(target).find((name) => name !== 'tags')
  if (extra !== undefined) {
    throw new InvalidTargetError(`invalidate takes tags or fields of a key, not both; got tags and ${extra}. Call it twice.`)
  }
  // As many as a store remembers: there is no point in telling them apart.
  return tags.length > maxTags ? [everything] : [...new Set(tags.map(tagTarget))]
}

/**
 * A config that depends on `agentId` alone serves many keys, and an invalidation of one of them must reach it: so a target is
 * also recorded as far as each scope can tell its keys apart.
 */
function encodeFields(fields: Partial<AgentKey>, scopes: readonly (readonly KeyField[])[]): string[] {
  const named = Object.keys(fields)
  if (named.length === 0) throw new InvalidTargetError("invalidate({}) names nothing; to invalidate everything say 'all'.")
  for (const name of named) {
    if (!keyFields.includes(name as KeyField)) {
      throw new InvalidTargetError(`${shown(name)} is no field of an agent key; those are ${keyFields.join(', ')}.`)
    }
    try {
      assertField(name as KeyField, fields[name as KeyField])
    } catch (error) {
      throw InvalidKeyError.isInstance(error) ? new InvalidTargetError(error.message) : error
    }
  }
  const encoded = scopes
    .map((scope) => scope.filter((field) => field in fields))
    .filter((scope) => scope.length > 0)
    .map((scope) => encodeKey(projectKey(fields as AgentKey, scope)))
  return [...new Set(encoded)]
}

/** The fields that a target string names, so that keys can be compared with it; `undefined` for tags and `*`. */
export function fieldsOf(target: string): Partial<AgentKey> | undefined {
  if (!target.startsWith('{')) return undefined
  try {
    return JSON.parse(target) as Partial<AgentKey>
  } catch {
    // Not of our making. It names nothing.
    return undefined
  }
}

/** Whether one of `targets` names what an entry depends on. */
export function matcherFor(targets: readonly string[]): (key: Partial<AgentKey>, tags: readonly string[]) => boolean {
  if (targets.includes(everything)) return () => true
  const named = new Set(targets)
  const fieldSets = targets.map(fieldsOf).filter((fields) => fields !== undefined)
  return (key, tags) =>
    tags.some((tag) => named.has(tagTarget(tag))) ||
    fieldSets.some((fields) => keyFields.every((field) => !(field in fields) || fields[field] === key[field]))
}
