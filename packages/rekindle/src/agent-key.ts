import { InvalidKeyError, shown } from './errors.ts'

/**
 * What an agent is asked for by. All four parts are compared exactly: `true` is not `'true'`, and no character in an id means
 * anything to Rekindle. Together they may have 8192 characters.
 */
export interface AgentKey {
  readonly agentId: string
  readonly userId: string
  readonly sessionId: string
  /** The reasoning mode: a switch, or the name of a level (`'low'`, `'high'`, …). */
  readonly reasoning: boolean | string
}

/** The name of a part of a key. */
export type KeyField = keyof AgentKey

/** The part of a key that something depends on. */
export type ScopedKey<Fields extends KeyField = KeyField> = Pick<AgentKey, Fields>

/** In the order in which an encoded key lists them. */
export const keyFields: readonly KeyField[] = ['agentId', 'userId', 'sessionId', 'reasoning']

/**
 * Of all parts together, in UTF-16 code units: they are kept with every agent, and for some time after it. Even if each is escaped
 * twice, as a pointer has them, this many fit into one. Only who finds no agent in memory has its key measured.
 */
const maxKeyLength = 8_192

/** In UTF-16 code units. No entry that is kept has a longer one. */
export const maxTagLength = 1_024

/** Throws {@link InvalidKeyError} naming the field that is not what a key has there. */
export function assertKey(key: AgentKey): void {
  if (typeof key !== 'object' || key === null) {
    throw new InvalidKeyError('key', `An agent key is an object of ${keyFields.join(', ')}; got ${shown(key)}.`)
  }
  let length = 0
  for (const field of keyFields) {
    assertField(field, key[field])
    length += lengthOf(key[field])
  }
  if (length > maxKeyLength) throw tooLong(keyFields.toSorted((a, b) => lengthOf(key[b]) - lengthOf(key[a]))[0]!, length)
}

export function assertField(field: KeyField, value: unknown): void {
  if (typeof value === 'string' || (field === 'reasoning' && typeof value === 'boolean')) {
    if (lengthOf(value) > maxKeyLength) throw tooLong(field, lengthOf(value))
    return
  }
  const expected = field === 'reasoning' ? 'a boolean or a string' : 'a string'
  const advice = typeof value === 'number' || typeof value === 'bigint' ? ` Write String(${value}).` : ''
  throw new InvalidKeyError(field, `${field} of an agent key must be ${expected}; got ${shown(value)}.${advice}`)
}

function lengthOf(value: string | boolean): number {
  return typeof value === 'string' ? value.length : 0
}

function tooLong(field: KeyField, length: number): InvalidKeyError {
  const advice = 'An id names something; keep what it stands for elsewhere.'
  return new InvalidKeyError(field, `${field} makes an agent key of ${length} characters; it may have ${maxKeyLength}. ${advice}`)
}

/** `scope` in the order of {@link keyFields}, which {@link projectKey} expects. */
export function inOrder(scope: readonly KeyField[]): readonly KeyField[] {
  return keyFields.filter((field) => scope.includes(field))
}

/** The key's fields named in `scope`, in that order, and nothing else. */
export function projectKey<Fields extends KeyField>(key: AgentKey, scope: readonly Fields[]): ScopedKey<Fields> {
  // The usual scope, and the quickest way.
  if (scope.length === keyFields.length) return wholeKey(key)
  const scoped: Partial<Record<KeyField, boolean | string>> = {}
  for (const field of scope) scoped[field] = key[field]
  return scoped as ScopedKey<Fields>
}

function wholeKey({ agentId, userId, sessionId, reasoning }: AgentKey): AgentKey {
  return { agentId, userId, sessionId, reasoning }
}

/**
 * One string per key, for any strings: JSON escapes every delimiter and (well-formed `JSON.stringify`) every lone surrogate,
 * and names the fields, so that keys of different scopes differ too. `key` lists its fields in the order of {@link keyFields}.
 */
export function encodeKey(key: Partial<AgentKey>): string {
  return JSON.stringify(key)
}
