import { randomFrom } from './sample-keys.ts'

export interface SampleConfig {
  readonly name: string
  readonly model: string
  readonly instructions: string
  readonly settings: { readonly temperature: number; readonly maxOutputTokens: number }
  readonly tools: readonly { readonly name: string; readonly description: string; readonly options: object }[]
  readonly metadata: Readonly<Record<string, string>>
}

export interface SampleAgent {
  /** Read and added up after each hit, so that no hit can be optimised away. */
  readonly size: number
  readonly config: SampleConfig
}

/** Trivial, and the same for every contestant: what is compared is the way to the config, not what is made of it. */
export function createAgent(config: SampleConfig): SampleAgent {
  return { size: config.tools.length, config }
}

const words = 'answer the customer in their own language and never promise a refund before policy allows it'.split(' ')

/** A config of about 4 KB of JSON, another for every `seed`. */
export function sampleConfig(seed: number): SampleConfig {
  const random = randomFrom(seed)
  const prose = (count: number) => Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(' ')
  return {
    name: `Agent ${seed}`,
    model: 'openai:gpt-example',
    instructions: prose(380),
    settings: { temperature: 0.2, maxOutputTokens: 2048 },
    tools: Array.from({ length: 10 }, (_, index) => ({
      name: `tool_${index}`,
      description: prose(14),
      options: { limit: index * 10, verbose: index % 2 === 0, path: ['data', `table_${index}`] },
    })),
    metadata: { owner: `team-${seed}`, tier: 'gold', updated: '2026-11-01T00:00:00Z' },
  }
}
