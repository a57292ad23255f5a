import { textOf } from '../errors.ts'

/**
 * Configs as JSON: what would be lost on the way is found and named before it is lost, and what comes back can neither be
 * changed nor pollute a prototype.
 */

/** Deeper than any config; shallow enough for a recursive walk. */
const maxDepth = 100

/** The first thing in a value that JSON would lose or refuse. */
interface JsonLoss {
  /** Where, as JavaScript would write it: `$.tools[2].run`. */
  readonly path: string
  /** What stands there: `a function`, `a Date`, … */
  readonly found: string
}

export type Serialized = { readonly text: string; readonly loss?: never } | { readonly loss: JsonLoss; readonly text?: never }

/** The value's JSON text, if parsing that text gives an equal value. Properties that are `undefined` count as absent. */
export function serialize(value: unknown): Serialized {
  try {
    const loss = findLoss(value, '$', new Set())
    return loss === undefined ? { text: JSON.stringify(value) } : { loss }
  } catch (error) {
    // A getter or a proxy of the application's threw.
    return { loss: { path: '$', found: `a value that cannot be read (${textOf(error)})` } }
  }
}

function findLoss(value: unknown, path: string, ancestors: Set<object>): JsonLoss | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : { path, found: String(value) }
    case 'object':
      return value === null ? undefined : findLossInObject(value, path, ancestors)
    case 'undefined':
      return { path, found: 'undefined' }
    default:
      return { path, found: `a ${typeof value === 'bigint' ? 'BigInt' : typeof value}` }
  }
}

function findLossInObject(value: object, path: string, ancestors: Set<object>): JsonLoss | undefined {
  if (ancestors.has(value)) return { path, found: 'a cycle: a reference to one of its own ancestors' }
  if (ancestors.size >= maxDepth) return { path, found: `more than ${maxDepth} levels of nesting` }
  const array = Array.isArray(value)
  if (!array && !isPlainObject(value)) return { path, found: describeInstance(value) }
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) return { path: `${path}[${String(symbol)}]`, found: 'a property named by a symbol' }

  ancestors.add(value)
  const loss = array ? findLossInArray(value, path, ancestors) : findLossInProperties(value, path, ancestors)
  ancestors.delete(value)
  return loss
}

function findLossInArray(array: readonly unknown[], path: string, ancestors: Set<object>): JsonLoss | undefined {
  for (let index = 0; index < array.length; index++) {
    const loss = findLoss(array[index], `${path}[${index}]`, ancestors)
    if (loss !== undefined) return loss
  }
  const named = Object.keys(array)[array.length]
  return named === undefined ? undefined : { path: path + step(named), found: 'a named property of an array' }
}

function findLossInProperties(object: object, path: string, ancestors: Set<object>): JsonLoss | undefined {
  for (const [name, value] of Object.entries(object)) {
    if (name === '__proto__') return { path: path + step(name), found: 'a property named __proto__' }
    if (value === undefined) continue
    const loss = findLoss(value, path + step(name), ancestors)
    if (loss !== undefined) return loss
  }
  return undefined
}

/** Of this realm or another (`vm`, a worker's structured clone), but of no class. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
}

function describeInstance(value: object): string {
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name
  if (value instanceof Promise) return 'a Promise (was an await forgotten?)'
  if (typeof name !== 'string' || name === '') return 'an object with a prototype'
  return ['Date', 'Map', 'Set', 'WeakMap', 'RegExp'].includes(name) ? `a ${name}` : `an instance of ${name}`
}

function step(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

/**
 * The value of a JSON text, frozen at every level; `undefined` if the text is not JSON, too deep, or has a property that could
 * reach a prototype once it is copied about.
 */
export function parseFrozen(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return freezeDeep(value, 0) ? value : undefined
  } catch {
    return undefined
  }
}

/** Freezes plain objects and arrays all the way down. False if `value` is too deep or holds a `__proto__` property. */
export function freezeDeep(value: unknown, depth: number = 0, seen: Set<object> = new Set()): boolean {
  if (typeof value !== 'object' || value === null || seen.has(value)) return true
  if (depth > maxDepth || Object.hasOwn(value, '__proto__')) return false
  if (!Array.isArray(value) && !isPlainObject(value)) return true
  seen.add(value)
  // What is frozen already may hold what is not.
  Object.freeze(value)
  for (const child of Object.values(value)) if (!freezeDeep(child, depth + 1, seen)) return false
  return true
}
