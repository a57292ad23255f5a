import { assertField, type KeyField, keyFields, maxTagLength } from '../agent-key.ts'
import type { InvalidationTarget } from '../options.ts'

/**
 * What a notification says: the JSON of an {@link InvalidationTarget}. `undefined` for anything else. Whoever may connect to
 * the database may notify, so nothing about it is taken for granted.
 */
export function parsePayload(payload: string): InvalidationTarget | undefined {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return undefined
  }
  if (value === 'all') return 'all'
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const names = Object.keys(value)
  if (names.length === 0) return undefined
  if (names.length === 1 && 'tags' in value) return isTags(value.tags) ? { tags: value.tags } : undefined
  return parseFields(value as Record<string, unknown>, names)
}

function isTags(tags: unknown): tags is string[] {
  return Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === 'string' && tag.length <= maxTagLength)
}

function parseFields(value: Record<string, unknown>, names: readonly string[]): InvalidationTarget | undefined {
  if (!names.every((name) => keyFields.includes(name as KeyField))) return undefined
  // In one order, so that equal targets are equal as JSON, too.
  const fields = keyFields.filter((field) => names.includes(field)).map((field) => [field, value[field]] as const)
  try {
    for (const [field, content] of fields) assertField(field, content)
  } catch {
    return undefined
  }
  return Object.fromEntries(fields) as InvalidationTarget
}
