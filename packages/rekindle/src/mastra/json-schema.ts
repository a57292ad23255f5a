import { type StandardSchemaWithJSON, toStandardSchema } from '@mastra/core/schema'
import type { JsonObject } from '../agent-config/json-value.ts'

type Validate = StandardSchemaWithJSON['~standard']['validate']

/**
 * A JSON Schema that the model gets to see as it is. Mastra's own conversion forbids additional properties wherever the schema
 * says nothing about them.
 */
export function asGiven(schema: JsonObject, validate: Validate): StandardSchemaWithJSON {
  return {
    '~standard': { version: 1, vendor: 'rekindle', validate, jsonSchema: { input: () => schema, output: () => schema } },
  }
}

/** The same, for values that Mastra is to check. Its validator is compiled when the first of them comes. */
export function checked(schema: JsonObject): StandardSchemaWithJSON {
  let own: StandardSchemaWithJSON | undefined
  return asGiven(schema, (value) => (own ??= toStandardSchema<unknown>(schema))['~standard'].validate(value))
}
