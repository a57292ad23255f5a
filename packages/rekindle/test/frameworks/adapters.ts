import type { Adapter } from './adapter-under-test.ts'

/** All of them; imported one by one, since each takes its framework along. */
export const adapters: { readonly [name: string]: () => Promise<Adapter<object>> } = {
  'ai-sdk': async () => (await import('./ai-sdk.ts')).aiSdk as Adapter<object>,
  'openai-agents': async () => (await import('./openai-agents.ts')).openAi as Adapter<object>,
  langchain: async () => (await import('./langchain.ts')).langChain as Adapter<object>,
  mastra: async () => (await import('./mastra.ts')).mastra as Adapter<object>,
}
