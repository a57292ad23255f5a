import type { SubAgentConfig } from '../agent-config/agent-config.ts'
import type { JsonObject } from '../agent-config/json-value.ts'
import { UnsupportedConfigError } from '../errors.ts'

/** What the model gives a sub-agent: one text, for it sees nothing of the conversation. */
export const subAgentInput: JsonObject = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole task: nothing else is seen of this conversation.' } },
  required: ['input'],
  additionalProperties: false,
}

/**
 * The task in what a model gave a sub-agent. Frameworks would take a list for the conversation itself, with whatever roles and
 * instructions the model wrote into it. Throws for anything but a text.
 */
export function taskIn(given: unknown): string {
  const { input } = Object(given) as { readonly input?: unknown }
  if (typeof input !== 'string') throw new TypeError('Expected { input }, a text that holds the whole task.')
  return input
}

/** For frameworks in which no agent can leave the conversation to another. */
export function refuseHandoffs(handoffs: { readonly [name: string]: SubAgentConfig } = {}, path: string, adapter: string): void {
  const [name] = Object.keys(handoffs)
  if (name === undefined) return
  throw new UnsupportedConfigError(
    `${path}.handoffs.${name}`,
    `with ${adapter} no agent can leave the conversation to another. Make it one of its subAgents, or use rekindle/openai-agents.`,
  )
}
