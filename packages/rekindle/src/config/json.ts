import { maxConfigLength, maxDepth, maxValues } from './config-limits.ts'

/** What an object or array takes beside the text it was parsed from: a text of `{},{},{}` becomes some twenty times its size. */
const bytesPerObject = 64

/** The value of a JSON text, frozen at every level. */
export interface ParsedJson {
  readonly value: unknown
  /** About how many bytes it takes. */
  readonly size: number
}

/**
 * The value of a JSON text; `undefined` if the text is not exactly what `JSON.stringify` gives for that value, is too long, too
 * deep or has too many values, or has a property that could reach a prototype once it is copied about.
 *
 * Another text for the same value is not ours: with a property named twice, a number that is no double (`1e999` would be read as
 * an infinity, `9007199254740993` as its neighbour), or half a surrogate pair, it says more than its value does.
 */
export function parseFrozen(text: string): ParsedJson | undefined {
  if (text.length > maxConfigLength) return undefined
  try {
    const value: unknown = JSON.parse(text)
    const count = { values: 0, objects: 0 }
    if (!freezeTree(value, 0, count) || JSON.stringify(value) !== text) return undefined
    return { value, size: text.length + bytesPerObject * count.objects }
  } catch {
    return undefined
  }
}

/** For what has just been parsed: nothing in it occurs twice. False where it passes a limit. */
function freezeTree(value: unknown, depth: number, count: { values: number; objects: number }): boolean {
  if (++count.values > maxValues) return false
  if (typeof value !== 'object' || value === null) return true
  if (depth >= maxDepth || Object.hasOwn(value, '__proto__')) return false
  count.objects++
  if (Array.isArray(value)) {
    for (const child of value) if (!freezeTree(child, depth + 1, count)) return false
  } else {
    for (const name of Object.keys(value)) {
      if (!freezeTree((value as Record<string, unknown>)[name], depth + 1, count)) return false
    }
  }
  Object.freeze(value)
  return true
}

/** Freezes the plain objects and arrays of an application's value, as deep as a config may be; what else is in it is its own. */
export function freezeDeep(value: unknown, depth: number = 0, seen: Set<object> = new Set()): void {
  if (typeof value !== 'object' || value === null || depth > maxDepth || seen.has(value)) return
  if (!Array.isArray(value) && !isPlainObject(value)) return
  seen.add(value)
  // What is frozen already may hold what is not.
  Object.freeze(value)
  for (const child of Object.values(value)) freezeDeep(child, depth + 1, seen)
}

/** Of this realm or another (`vm`, a worker's structured clone), but of no class. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === null || prototype === Object.prototype) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf')
}
