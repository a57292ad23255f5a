import type { JsonObject } from '../agent-config/json-value.ts'
import { outputName } from '../adapters/output-schema.ts'
import type { LanguageModel } from './language-models.ts'

/** What is looked at of a model call. */
interface Call {
  readonly responseFormat?: { readonly schema?: JsonObject; readonly name?: string; readonly description?: string }
}

/** The model, told by the schema's title what it is asked for. Mastra passes on the schema alone, as a nameless response. */
export function namingOutput<Model extends LanguageModel>(model: Model): Model {
  // Not a copy: Mastra asks for its router's class, which has private fields.
  return new Proxy(model, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      if (property !== 'doGenerate' && property !== 'doStream') return value.bind(target) as unknown
      return (call: Call): unknown => Reflect.apply(value, target, [named(call)])
    },
  })
}

function named(call: Call): Call {
  const { schema } = call.responseFormat ?? {}
  if (schema === undefined) return call
  const { description } = schema
  const format = { ...call.responseFormat, name: outputName(schema), ...(typeof description === 'string' && { description }) }
  return { ...call, responseFormat: format }
}
