import type { ReasoningLevel } from '../agent-config/reasoning-level.ts'

/** Providers whose models of before AI SDK 7 take an effort by the name of OpenAI's. */
const takesEffort = new Set(['openai', 'azure', 'xai', 'groq'])

/**
 * The provider options by which a model of AI SDK 5 or 6, which knows no setting for it, is told how much to reason;
 * `undefined` for a model that nothing of this kind would reach.
 */
export function effortOption(
  level: Exclude<ReasoningLevel, 'default'>,
  model: { readonly provider: string },
): { [provider: string]: { reasoningEffort: string } } | undefined {
  const provider = optionsName(model)
  return provider === undefined ? undefined : { [provider]: { reasoningEffort: level === 'max' ? 'xhigh' : level } }
}

/** OpenAI's protocol has none, and `@ai-sdk/openai-compatible` leaves it out. */
export const noTopK =
  "OpenAI's protocol has no such setting. If the server knows it, write it as it wants it, under settings.providerOptions."

/** True for a model of `@ai-sdk/openai-compatible`. */
export function isCompatible(model: object): boolean {
  return typeof Reflect.get(model, 'providerOptionsName') === 'string'
}

function optionsName(model: { readonly provider: string }): string | undefined {
  // A model of `@ai-sdk/openai-compatible` is called as its server is; by this it is known, and its options go by this name.
  const compatible: unknown = Reflect.get(model, 'providerOptionsName')
  if (typeof compatible === 'string') return compatible
  const [family = ''] = model.provider.split('.')
  if (!takesEffort.has(family)) return undefined
  return family === 'azure' ? 'openai' : family
}
