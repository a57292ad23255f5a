import { type AgentKey, type KeyField, keyFields } from '../agent-key.ts'
import { UsageError } from './exit-code.ts'

/** `agentId=42,userId=7` or `{"agentId":"42"}`: some fields of a key. Throws {@link UsageError}. */
export function parseFields(text: string): Partial<AgentKey> {
  return text.trimStart().startsWith('{') ? fromJson(text) : fromPairs(text)
}

/** All fields that agents depend on. Those outside `liveScope` say nothing, and may be left out. */
export function parseKey(text: string, liveScope: readonly KeyField[]): AgentKey {
  const fields = parseFields(text)
  const missing = liveScope.filter((field) => fields[field] === undefined)
  if (missing.length > 0) {
    const advice = `Where agents do not depend on ${missing.length === 1 ? 'it' : 'them'}, say on what: --live-scope agentId,…`
    throw new UsageError(`'${text}' lacks ${missing.join(' and ')}. ${advice}`)
  }
  return { agentId: '', userId: '', sessionId: '', reasoning: false, ...fields }
}

/** `agentId,reasoning` as `--config-scope` and `--live-scope` take it. */
export function parseScope(name: string, text: string | undefined): readonly KeyField[] | undefined {
  if (text === undefined) return undefined
  const fields = text.split(',').map((field) => field.trim())
  const wrong = fields.find((field) => !isField(field))
  if (wrong === undefined) return fields as KeyField[]
  throw new UsageError(`--${name} takes some of ${keyFields.join(',')}; got '${wrong}'.`)
}

function fromJson(text: string): Partial<AgentKey> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new UsageError(`${text} begins like JSON and is none. Quote it for the shell: '{"agentId":"42"}'.`)
  }
  for (const [name, value] of Object.entries(parsed as object)) {
    if (!isField(name)) throw unknownField(name)
    if (typeof value === 'string' || (name === 'reasoning' && typeof value === 'boolean')) continue
    throw new UsageError(`${name} must be a string${name === 'reasoning' ? ' or a boolean' : ''} in ${text}.`)
  }
  return parsed as Partial<AgentKey>
}

/** A comma belongs to a value unless a field's name and `=` follow. */
function fromPairs(text: string): Partial<AgentKey> {
  const fields: Partial<Record<KeyField, string | boolean>> = {}
  for (const pair of text.split(/,(?=[A-Za-z]+=)/)) {
    const at = pair.indexOf('=')
    if (at === -1) throw new UsageError(`'${pair}' is no field=value, such as agentId=42, nor JSON.`)
    const name = pair.slice(0, at).trim()
    if (!isField(name)) throw unknownField(name)
    if (fields[name] !== undefined) throw new UsageError(`${name} is there twice in '${text}'.`)
    const value = pair.slice(at + 1)
    const isSwitch = name === 'reasoning' && (value === 'true' || value === 'false')
    fields[name] = isSwitch ? value === 'true' : value
  }
  return fields as Partial<AgentKey>
}

function isField(name: string): name is KeyField {
  return keyFields.includes(name as KeyField)
}

function unknownField(name: string): UsageError {
  return new UsageError(`'${name}' is no field of an agent key; those are ${keyFields.join(', ')}.`)
}

/** A key as one would type it. */
export function keyText(key: Partial<AgentKey>): string {
  return keyFields
    .filter((field) => key[field] !== undefined)
    .map((field) => `${field}=${String(key[field])}`)
    .join(' ')
}
