import type { ReasoningLevel } from '../agent-config/reasoning-level.ts'
import { effortOption } from '../adapters/effort-option.ts'
import type { LanguageModel } from './language-models.ts'
import type { DefaultOptions } from './mastra-agent.ts'

type ReasoningOptions = Pick<DefaultOptions, 'modelSettings' | 'providerOptions'>
type Reasoning = NonNullable<NonNullable<DefaultOptions['modelSettings']>['reasoning']>

/**
 * How the model is told to reason; `undefined` if nothing would reach it. Models of AI SDK 7 (specification v4) have a setting of
 * their own. Those of before do not see it: to them it goes as an option of their provider.
 */
export function reasoningOf(level: ReasoningLevel, model: LanguageModel): ReasoningOptions | undefined {
  if (level === 'default') return {}
  // The newest level is not among Mastra's types, but it passes on what it is given.
  if (model.specificationVersion === 'v4') return { modelSettings: { reasoning: level as Reasoning } }
  const providerOptions = effortOption(level, model)
  return providerOptions && { providerOptions }
}
