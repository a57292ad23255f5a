import { type ConfigIssue, textOf } from '../errors.ts'
import { maxConfigLength, maxDepth, maxValues } from './config-limits.ts'
import { isPlainObject, parseFrozen, type ParsedJson } from './json.ts'
import { stepTo } from './json-path.ts'

/** A value as JSON, or the first reason why it cannot be kept. */
export type Written = { readonly text: string; readonly issue?: never } | { readonly issue: ConfigIssue; readonly text?: never }

/** And as it comes back from it. */
export type Serialized =
  | { readonly text: string; readonly parsed: ParsedJson; readonly issue?: never }
  | { readonly issue: ConfigIssue; readonly text?: never; readonly parsed?: never }

/** How far the walk through a value has come. */
interface Walk {
  readonly ancestors: Set<object>
  values: number
  /** Of the JSON text, at least. */
  length: number
}

/**
 * The value's JSON text, if parsing that text gives an equal value. What would be lost on the way is found and named before it
 * is lost, and what is too large before it is written. Properties that are `undefined` count as absent.
 */
export function serialize(value: unknown): Serialized {
  const written = writeJson(value)
  return written.issue === undefined ? readBack(written.text) : written
}

/** Of text that {@link writeJson} has written. */
export function readBack(text: string): Serialized {
  const parsed = parseFrozen(text)
  // A getter or a proxy that answered the walk in another way.
  return parsed === undefined ? { issue: { path: '$', message: 'it is not the same whenever it is read' } } : { text, parsed }
}

/** The first half of {@link serialize}: where the text is known already, the second has been done. */
export function writeJson(value: unknown): Written {
  try {
    const issue = findIssue(value, { ancestors: new Set(), values: 0, length: 0 })
    if (issue !== undefined) return { issue: { path: `$${issue.path}`, message: issue.message } }
    const text = JSON.stringify(value)
    if (text.length > maxConfigLength) {
      return { issue: { path: '$', message: `its JSON has ${text.length} characters, more than ${maxConfigLength}` } }
    }
    return { text }
  } catch (error) {
    // A getter or a proxy of the application's threw.
    return { issue: { path: '$', message: `it holds a value that cannot be read (${textOf(error)})` } }
  }
}

const lost = (found: string, path: string = ''): ConfigIssue => ({ path, message: `JSON would lose ${found}` })

/** Paths of issues are relative, and made on the way back: as a rule there is none. */
function findIssue(value: unknown, walk: Walk): ConfigIssue | undefined {
  walk.values++
  walk.length += typeof value === 'string' ? value.length + 2 : 1
  if (walk.length > maxConfigLength)
    return { path: '', message: `the JSON up to here has more than ${maxConfigLength} characters` }
  if (walk.values > maxValues) return { path: '', message: `there are more than ${maxValues} values up to here` }
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : lost(String(value))
    case 'object':
      return value === null ? undefined : findIssueInObject(value, walk)
    case 'undefined':
      return lost('undefined')
    default:
      return lost(`a ${typeof value === 'bigint' ? 'BigInt' : typeof value}`)
  }
}

function findIssueInObject(value: object, walk: Walk): ConfigIssue | undefined {
  const { ancestors } = walk
  if (ancestors.has(value)) return lost('a cycle: a reference to one of its own ancestors')
  if (ancestors.size >= maxDepth) return { path: '', message: `it is nested more than ${maxDepth} levels deep` }
  const array = Array.isArray(value)
  if (!array && !isPlainObject(value)) return lost(describeInstance(value))
  const [symbol] = Object.getOwnPropertySymbols(value)
  if (symbol !== undefined) return lost('a property named by a symbol', stepTo(symbol))
  // Whether it is listed among the properties or not, JSON.stringify would write what this returns instead.
  if (typeof Reflect.get(value, 'toJSON') === 'function') return lost('a function', stepTo('toJSON'))

  ancestors.add(value)
  const issue = array ? findIssueInArray(value, walk) : findIssueInProperties(value, walk)
  ancestors.delete(value)
  return issue
}

function findIssueInArray(array: readonly unknown[], walk: Walk): ConfigIssue | undefined {
  for (let index = 0; index < array.length; index++) {
    const issue = findIssue(array[index], walk)
    if (issue !== undefined) return { path: stepTo(index) + issue.path, message: issue.message }
  }
  const named = Object.keys(array)[array.length]
  return named === undefined ? undefined : lost('a named property of an array', stepTo(named))
}

function findIssueInProperties(object: object, walk: Walk): ConfigIssue | undefined {
  for (const name of Object.keys(object)) {
    if (name === '__proto__') return lost('a property named __proto__', stepTo(name))
    const value = (object as Record<string, unknown>)[name]
    if (value === undefined) continue
    walk.length += name.length + 3
    const issue = findIssue(value, walk)
    if (issue !== undefined) return { path: stepTo(name) + issue.path, message: issue.message }
  }
  return undefined
}

function describeInstance(value: object): string {
  const name = (value as { constructor?: { name?: unknown } }).constructor?.name
  if (value instanceof Promise) return 'a Promise (was an await forgotten?)'
  if (typeof name !== 'string' || name === '') return 'an object with a prototype'
  return ['Date', 'Map', 'Set', 'WeakMap', 'RegExp'].includes(name) ? `a ${name}` : `an instance of ${name}`
}
