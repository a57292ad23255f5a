import { inspect } from 'node:util'
import { InvalidKeyError, listNames } from '../errors.ts'

/** `'default'` leaves it to the model; the others are efforts, from none to as much as the model can. */
export type ReasoningLevel = 'default' | 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** All levels, from the least reasoning to the most after `'default'`. */
export const reasoningLevels: readonly ReasoningLevel[] = ['default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/**
 * The level that a key's `reasoning` asks for: `true` is `'medium'`, `false` is `'none'`, a level's name is that level. For
 * `loadConfig`, which decides what an agent makes of it:
 *
 *     loadConfig: async (key) => ({ ...(await load(key.agentId)), reasoning: reasoningLevel(key.reasoning) })
 *
 * Throws {@link InvalidKeyError} for any other string.
 */
export function reasoningLevel(value: boolean | string): ReasoningLevel {
  if (typeof value === 'boolean') return value ? 'medium' : 'none'
  if ((reasoningLevels as readonly string[]).includes(value)) return value as ReasoningLevel
  throw new InvalidKeyError(
    'reasoning',
    `reasoning must be a boolean or one of ${listNames(reasoningLevels)}; got ${inspect(value)}.`,
  )
}
