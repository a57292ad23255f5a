import type { AgentConfig } from '../../src/agent-config/agent-config.ts'
import type { FrameworkAgents } from '../../src/adapters/framework-agents.ts'
import type { McpConnections } from '../../src/adapters/mcp-connections.ts'
import { freezeDeep } from '../../src/config/json.ts'
import type { CreateContext } from '../../src/options.ts'

/** What a worker of the application would set up for itself. */
export interface WorkerSetup {
  /** Of the model server, which configs call `local`. */
  readonly baseURL: string
  readonly mcp?: McpConnections
  /** The same tools, written down in another order. */
  readonly otherOrder?: boolean
  readonly resolveSecret?: (name: string) => string
}

/**
 * An adapter, with the three tools of these tests in its framework's own form:
 *
 * - `weather`, taking `{ city }`, described as `The weather.`, gives `sunny in ${city}`;
 * - `search`, a factory that reads `options.index`, taking `{ query }`, described as `Searches ${index}.`, gives
 *   `${query} in ${index} with ${options.token}`;
 * - `clock`, taking `{}`, described as `The time.`, gives `noon`.
 */
export interface Adapter<Agent extends object> {
  readonly name: string
  agents(setup: WorkerSetup): FrameworkAgents<Agent>
  generate(agent: Agent, prompt: string, signal?: AbortSignal): Promise<string>
  stream(agent: Agent, prompt: string, signal?: AbortSignal): Promise<string>
  /** The answer of an agent with an `outputSchema`. */
  output(agent: Agent, prompt: string): Promise<unknown>
  /** How a setting is called on the wire; `undefined`: the framework has no such thing, and says so. */
  readonly settings: { readonly [name in keyof typeof sampleSettings]: string | undefined }
  /** True if an agent can leave the conversation to another. */
  readonly handsOff: boolean
}

export const sampleSettings = {
  temperature: 0.5,
  topP: 0.75,
  maxOutputTokens: 50,
  presencePenalty: 0.25,
  frequencyPenalty: 0.5,
  stopSequences: ['END'],
  seed: 3,
} as const

export const sampleConfig: AgentConfig = {
  version: 1,
  model: 'local:reasoner:7b',
  instructions: 'Answer in one word.',
  settings: { ...sampleSettings, maxRetries: 0 },
  reasoning: 'high',
  maxSteps: 5,
  tools: ['weather', { name: 'search', options: { index: 'docs', token: { $secret: 'SEARCH' } } }, 'clock'],
  metadata: { title: 'Weather' },
}

/** As the cache gives it: through JSON, frozen at every level. */
export function cached(config: AgentConfig): AgentConfig {
  const copy: unknown = JSON.parse(JSON.stringify(config))
  freezeDeep(copy)
  return copy as AgentConfig
}

/** What `createAgent` is given, and what it said was ignored. */
export function making(): CreateContext & { readonly ignoredPaths: string[] } {
  const ignoredPaths: string[] = []
  return { signal: new AbortController().signal, ignored: (path) => void ignoredPaths.push(path), ignoredPaths }
}

/** The options that all adapters have in common, as this worker gives them. */
export function optionsOf<Tools extends object>(
  { baseURL, otherOrder = false, mcp, resolveSecret }: WorkerSetup,
  tools: Tools,
): {
  readonly models: { readonly local: { readonly baseURL: string } }
  readonly tools: Tools
  readonly mcp?: McpConnections
  readonly resolveSecret?: (name: string) => string
} {
  return {
    models: { local: { baseURL } },
    tools: otherOrder ? (Object.fromEntries(Object.entries(tools).toReversed()) as Tools) : tools,
    ...(mcp !== undefined && { mcp }),
    ...(resolveSecret !== undefined && { resolveSecret }),
  }
}
