import type { JsonObject, JsonValue } from '../agent-config/json-value.ts'

/** What an answer of this schema is called to the model: its title, as far as providers take it for a name. */
export function outputName({ title }: JsonObject): string {
  const name = typeof title === 'string' ? title.replaceAll(/[^\w-]/gu, '_').slice(0, 64) : ''
  return name === '' ? 'answer' : name
}

/** Keywords that hold a value, one schema, or several, which is all that strict mode knows. */
const plain = ['$schema', '$ref', 'title', 'description', 'type', 'enum', 'const', 'required', 'additionalProperties', 'format']
const bounds = ['pattern', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf', 'minItems', 'maxItems']
const schemas = ['properties', '$defs', 'definitions', 'anyOf']
const known: ReadonlySet<string> = new Set([...plain, ...bounds, ...schemas, 'items'])

const formats: ReadonlySet<JsonValue> = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '))
const lookaround = /\(\?<?[=!]/u

/**
 * True if a provider can hold a model to the schema by force (OpenAI's strict mode,
 * https://platform.openai.com/docs/guides/structured-outputs#supported-schemas). It refuses every call with any other: one by
 * which an object may lack a property or have more than those named. To close such a schema would be to ask for another answer.
 */
export function isStrict(schema: JsonObject): boolean {
  return schema.anyOf === undefined && isStrictPart(schema)
}

function isStrictPart(schema: JsonValue): boolean {
  if (!isObject(schema) || Object.keys(schema).some((keyword) => !known.has(keyword))) return false
  const { type, properties, required, additionalProperties, items, format, pattern } = schema
  if (format !== undefined && !formats.has(format)) return false
  if (typeof pattern === 'string' && lookaround.test(pattern)) return false
  if (properties !== undefined || [type].flat().includes('object')) {
    const names = isObject(properties) ? Object.keys(properties) : []
    const needed = Array.isArray(required) ? required : []
    if (additionalProperties !== false || names.some((name) => !needed.includes(name))) return false
  }
  const parts = schemas.flatMap((keyword) => Object.values(schema[keyword] ?? {}))
  return [...parts, ...(items === undefined ? [] : [items])].every(isStrictPart)
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
