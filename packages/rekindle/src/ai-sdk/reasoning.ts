import type { LanguageModel, ToolLoopAgentSettings } from 'ai'
import type { ReasoningLevel } from '../agent-config/reasoning-level.ts'
import { isAi7 } from './ai-version.ts'

type ReasoningSettings = Pick<ToolLoopAgentSettings, 'reasoning' | 'providerOptions'>

/** Providers whose models of before `ai` 7 take an effort by the name of OpenAI's. */
const takesEffort = new Set(['openai', 'azure', 'xai', 'groq'])

/**
 * How the model is told to reason; `undefined` if nothing would reach it. `ai` 7 has a setting of its own, which only models
 * made for it (specification v4) get to see: `ai` 6, and `ai` 7 for older models, drop it silently. To those it goes as an
 * option of their provider.
 */
export function reasoningOf(level: ReasoningLevel, model: LanguageModel): ReasoningSettings | undefined {
  if (level === 'default') return {}
  // A model that is only named is the gateway's, which is as new as `ai` itself.
  if (isAi7 && (typeof model === 'string' || model.specificationVersion === 'v4')) return { reasoning: level }
  if (typeof model === 'string') return undefined
  const provider = optionsName(model)
  if (provider === undefined) return undefined
  return { providerOptions: { [provider]: { reasoningEffort: level === 'max' ? 'xhigh' : level } } }
}

function optionsName(model: Exclude<LanguageModel, string>): string | undefined {
  // A model of `@ai-sdk/openai-compatible` is called as its server is; by this it is known, and its options go by this name.
  const compatible: unknown = Reflect.get(model, 'providerOptionsName')
  if (typeof compatible === 'string') return compatible
  const [family = ''] = model.provider.split('.')
  if (!takesEffort.has(family)) return undefined
  return family === 'azure' ? 'openai' : family
}
