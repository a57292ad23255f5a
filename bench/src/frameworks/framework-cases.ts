import type { FrameworkCase } from './framework-case.ts'

/** What importing the framework means, and the case; imported one by one: a process loads only what it measures. */
export interface FrameworkModule {
  readonly packages: readonly string[]
  readonly load: () => Promise<FrameworkCase>
}

export const frameworks: { readonly [name: string]: FrameworkModule } = {
  'ai-sdk': { packages: ['ai'], load: async () => (await import('./ai-sdk.ts')).aiSdk },
  'openai-agents': { packages: ['@openai/agents'], load: async () => (await import('./openai-agents.ts')).openAi },
  langchain: { packages: ['langchain', '@langchain/openai'], load: async () => (await import('./langchain.ts')).langChain },
  mastra: { packages: ['@mastra/core/agent'], load: async () => (await import('./mastra.ts')).mastra },
}
