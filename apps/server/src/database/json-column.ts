import type { JsonObject, JsonValue } from 'rekindle/agent-config'

/** Reads a JSON object kept as text. `where` names the column and row in the error: such text was edited by hand. */
export function parseJsonObject(text: string, where: string): JsonObject {
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch (cause) {
    throw new Error(`${where} is not JSON. Correct it in the database.`, { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Error(`${where} must be a JSON object. Correct it in the database.`)
  }
  return value as JsonObject
}
