import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

declare module 'zod' {
  interface GlobalMeta {
    /** JSON Schema of what a schema takes that begins with a `preprocess`. */
    clientsSend?: object
  }
}

type JsonSchema = Readonly<Record<string, unknown>>

/** A route's schema with JSON Schema in the place of zod's own. What is none of zod's stays as it is. */
export function describeSchema(schema: JsonSchema): JsonSchema {
  const { body, querystring, params, response = {}, ...rest } = schema
  const incoming = Object.entries({ body, querystring, params }).filter(([, part]) => part !== undefined)
  const outgoing = Object.entries(response as JsonSchema)
  return {
    ...rest,
    ...Object.fromEntries(incoming.map(([name, part]) => [name, jsonSchemaOf(part, 'input')])),
    response: Object.fromEntries(outgoing.map(([status, part]) => [status, replySchema(status, part)])),
  }
}

function replySchema(status: string, schema: unknown): unknown {
  return { 'x-response-description': STATUS_CODES[status], ...(jsonSchemaOf(schema, 'output') as JsonSchema) }
}

/** What clients send is the input of a schema, before defaults and transformations; what they get is its output. */
export function jsonSchemaOf(schema: unknown, io: 'input' | 'output'): unknown {
  if (!(schema instanceof z.ZodType)) return schema
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override({ zodSchema, jsonSchema }) {
      const { clientsSend } = z.globalRegistry.get(zodSchema) ?? {}
      if (clientsSend === undefined) return
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name as keyof typeof jsonSchema]
      Object.assign(jsonSchema, io === 'input' ? clientsSend : {})
    },
  })
  return described
}
