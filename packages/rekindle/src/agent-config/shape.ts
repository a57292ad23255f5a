import { inspect } from 'node:util'
import type { SchemaIssue } from '../config/standard-schema.ts'

/**
 * The part of JSON Schema that describing a config takes. One description is both published for editors and forms, and read by
 * {@link checkShape}; `title` is how a message calls what is expected.
 */
export type Shape = TextShape | NumberShape | ChoiceShape | ListShape | RecordShape | UnionShape | ReferenceShape

/** A whole description, with the shapes that others in it refer to. */
export type RootShape = RecordShape & { readonly $schema: string; readonly $defs: Definitions }

interface Described {
  readonly title?: string
  readonly description?: string
}
interface TextShape extends Described {
  readonly type: 'string'
  readonly pattern?: string
}
interface NumberShape extends Described {
  readonly type: 'number' | 'integer'
  readonly minimum?: number
  readonly maximum?: number
}
interface ChoiceShape extends Described {
  readonly enum: readonly (string | number)[]
}
interface ListShape extends Described {
  readonly type: 'array'
  readonly items: Shape
}
interface RecordShape extends Described {
  readonly type: 'object'
  readonly properties?: { readonly [name: string]: Shape }
  readonly required?: readonly string[]
  /** What other properties may hold; `true`: anything, `false`: there must be none. */
  readonly additionalProperties: Shape | boolean
}
interface UnionShape extends Described {
  readonly anyOf: readonly Shape[]
}

/** One of the root's `$defs`, for what may hold itself. */
interface ReferenceShape extends Described {
  readonly $ref: `#/$defs/${string}`
}
type Definitions = { readonly [name: string]: Shape }

type Path = readonly (string | number)[]

/** Everything in `value` that is not as `shape` says. Properties that are `undefined` count as absent, as they do in JSON. */
export function checkShape(shape: RootShape, value: unknown): SchemaIssue[] {
  return check(shape, value, [], shape.$defs)
}

function check(shape: Shape, value: unknown, path: Path, definitions: Definitions): SchemaIssue[] {
  if ('$ref' in shape) return check(referredTo(shape, definitions), value, path, definitions)
  if ('anyOf' in shape) return checkUnion(shape, value, path, definitions)
  if ('enum' in shape) return (shape.enum as readonly unknown[]).includes(value) ? [] : [mismatch(shape, shown(value), path)]
  if (!isOfType(shape.type, value)) return [mismatch(shape, kindOf(value), path)]
  switch (shape.type) {
    case 'string':
      return shape.pattern === undefined || new RegExp(shape.pattern, 'u').test(value as string)
        ? []
        : [mismatch(shape, shown(value), path)]
    case 'array':
      return (value as unknown[]).flatMap((item, index) => check(shape.items, item, [...path, index], definitions))
    case 'object':
      return checkRecord(shape, value as object, path, definitions)
    default:
      return isWithin(shape, value as number) ? [] : [mismatch(shape, shown(value), path)]
  }
}

function referredTo({ $ref }: ReferenceShape, definitions: Definitions): Shape {
  const shape = definitions[$ref.slice('#/$defs/'.length)]
  if (shape === undefined) throw new TypeError(`${$ref} is not described.`)
  return shape
}

function checkRecord(shape: RecordShape, value: object, path: Path, definitions: Definitions): SchemaIssue[] {
  const { properties = {}, required = [], additionalProperties: others } = shape
  const found = new Map(Object.entries(value).filter(([, item]) => item !== undefined))
  const missing = required
    .filter((name) => !found.has(name))
    .map((name) => mismatch(properties[name] ?? {}, 'nothing', [...path, name]))

  const wrong = [...found].flatMap(([name, item]) => {
    const known = Object.hasOwn(properties, name) ? properties[name] : others
    if (known === undefined || known === true) return []
    if (known !== false) return check(known, item, [...path, name], definitions)
    return [{ message: `unknown field; ${adviceOn(properties, path)}`, path: [...path, name] }]
  })
  return [...missing, ...wrong]
}

function adviceOn(properties: object, path: Path): string {
  if (path.length === 0 && 'metadata' in properties) return 'put application data under metadata or extensions'
  return `known are ${Object.keys(properties).join(', ')}`
}

/** Checks against the one alternative that `value` seems to be meant as, so that the issues say what is wrong with it. */
function checkUnion(shape: UnionShape, value: unknown, path: Path, definitions: Definitions): SchemaIssue[] {
  const ofType = shape.anyOf.filter((option) => hasKindOf(option, value))
  const complete = ofType.filter((option) => requiredBy(option).every((name) => Object.hasOwn(value as object, name)))
  const meant = complete[0] ?? (ofType.length === 1 ? ofType[0] : undefined)
  return meant === undefined ? [mismatch(shape, kindOf(value), path)] : check(meant, value, path, definitions)
}

function hasKindOf(shape: Shape, value: unknown): boolean {
  return 'enum' in shape ? shape.enum.includes(value as string) : 'type' in shape && isOfType(shape.type, value)
}

function requiredBy(shape: Shape): readonly string[] {
  return ('required' in shape && shape.required) || []
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
    case 'integer':
    case 'number':
      return Number.isFinite(value)
    default:
      return typeof value === type
  }
}

function isWithin({ type, minimum = -Infinity, maximum = Infinity }: NumberShape, value: number): boolean {
  return value >= minimum && value <= maximum && (type === 'number' || Number.isSafeInteger(value))
}

function mismatch(expected: Partial<Shape>, got: string, path: Path): SchemaIssue {
  return { message: `expected ${nameOf(expected)}; got ${got}`, path }
}

function nameOf(shape: Partial<Shape>): string {
  if (shape.title !== undefined) return shape.title
  if ('enum' in shape && shape.enum !== undefined) return `one of ${shape.enum.map(shown).join(', ')}`
  if ('anyOf' in shape && shape.anyOf !== undefined) return shape.anyOf.map(nameOf).join(' or ')
  if ('minimum' in shape || 'maximum' in shape) return numberName(shape as NumberShape)
  const type = 'type' in shape ? shape.type : undefined
  return type === undefined ? 'a value' : `${/^[aeio]/.test(type) ? 'an' : 'a'} ${type}`
}

function numberName({ type, minimum, maximum }: NumberShape): string {
  const kind = type === 'integer' ? 'an integer' : 'a number'
  if (maximum === undefined) return `${kind} of at least ${minimum}`
  return minimum === undefined ? `${kind} of at most ${maximum}` : `${kind} from ${minimum} to ${maximum}`
}

/** What kind of value it is, but not the value: what stands in the wrong place may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function shown(value: unknown): string {
  if (typeof value === 'string') return inspect(value, { maxStringLength: 60 })
  return typeof value === 'object' || typeof value === 'function' ? kindOf(value) : String(value)
}
