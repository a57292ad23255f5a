import { inspect } from 'node:util'
import { UnknownModelError } from '../errors.ts'

/** The two parts of `'provider:id'`. */
export interface ModelId {
  readonly provider: string
  /** The provider's own name for the model; may hold colons. */
  readonly id: string
}

/** Splits `'provider:id'` on the first colon. Throws {@link UnknownModelError} unless there is something on both sides. */
export function parseModelId(model: string): ModelId {
  const colon = typeof model === 'string' ? model.indexOf(':') : -1
  if (colon < 1 || colon === model.length - 1) {
    throw new UnknownModelError(model, `A model is written 'provider:id', such as 'openai:gpt-5'; got ${inspect(model)}.`)
  }
  return { provider: model.slice(0, colon), id: model.slice(colon + 1) }
}
