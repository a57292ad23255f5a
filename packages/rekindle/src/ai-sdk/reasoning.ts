import type { LanguageModel, ToolLoopAgentSettings } from 'ai'
import type { ReasoningLevel } from '../agent-config/reasoning-level.ts'
import { effortOption } from '../adapters/effort-option.ts'
import { isAi7 } from './ai-version.ts'

type ReasoningSettings = Pick<ToolLoopAgentSettings, 'reasoning' | 'providerOptions'>

/**
 * How the model is told to reason; `undefined` if nothing would reach it. `ai` 7 has a setting of its own, which only models
 * made for it (specification v4) get to see: `ai` 6, and `ai` 7 for older models, drop it silently. To those it goes as an
 * option of their provider.
 */
export function reasoningOf(level: ReasoningLevel, model: LanguageModel): ReasoningSettings | undefined {
  if (level === 'default') return {}
  // A model that is only named is the gateway's, which is as new as `ai` itself.
  if (isAi7 && (typeof model === 'string' || model.specificationVersion === 'v4')) return { reasoning: level }
  const providerOptions = typeof model === 'string' ? undefined : effortOption(level, model)
  return providerOptions && { providerOptions }
}
