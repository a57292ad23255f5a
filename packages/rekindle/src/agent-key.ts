import { inspect } from 'node:util'
import { InvalidKeyError } from './errors.ts'

/**
 * What an agent is asked for by. All four parts are compared exactly: `true` is not `'true'`, and no character in an id means
 * anything to Rekindle.
 */
export interface AgentKey {
  readonly agentId: string
  readonly userId: string
  readonly sessionId: string
  /** The reasoning mode: a switch, or the name of a level (`'low'`, `'high'`, …). */
  readonly reasoning: boolean | string
}

export type KeyField = keyof AgentKey

/** The part of a key that something depends on. */
export type ScopedKey<Fields extends KeyField = KeyField> = Pick<AgentKey, Fields>

/** In the order in which an encoded key lists them. */
export const keyFields: readonly KeyField[] = ['agentId', 'userId', 'sessionId', 'reasoning']

/** Throws {@link InvalidKeyError} naming the field that is not what a key has there. */
export function assertKey(key: AgentKey): void {
  if (typeof key !== 'object' || key === null) {
    throw new InvalidKeyError('key', `An agent key is an object of ${keyFields.join(', ')}; got ${inspect(key)}.`)
  }
  for (const field of keyFields) assertField(field, key[field])
}

export function assertField(field: KeyField, value: unknown): void {
  if (typeof value === 'string' || (field === 'reasoning' && typeof value === 'boolean')) return
  const expected = field === 'reasoning' ? 'a boolean or a string' : 'a string'
  const advice = typeof value === 'number' || typeof value === 'bigint' ? ` Write String(${value}).` : ''
  throw new InvalidKeyError(field, `${field} of an agent key must be ${expected}; got ${inspect(value, { depth: 0 })}.${advice}`)
}

/** `scope` in the order of {@link keyFields}, which {@link projectKey} expects. */
export function inOrder(scope: readonly KeyField[]): readonly KeyField[] {
  return keyFields.filter((field) => scope.includes(field))
}

/** The key's fields named in `scope`, in that order, and nothing else. */
export function projectKey<Fields extends KeyField>(key: AgentKey, scope: readonly Fields[]): ScopedKey<Fields> {
  const scoped: Partial<Record<KeyField, boolean | string>> = {}
  for (const field of scope) scoped[field] = key[field]
  return scoped as ScopedKey<Fields>
}

/**
 * One string per key, for any strings: JSON escapes every delimiter and (well-formed `JSON.stringify`) every lone surrogate,
 * and names the fields, so that keys of different scopes differ too. `key` lists its fields in the order of {@link keyFields}.
 */
export function encodeKey(key: Partial<AgentKey>): string {
  return JSON.stringify(key)
}
