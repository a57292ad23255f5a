import type { AgentKey } from 'rekindle'

/** Agents that need no framework: what pages leave out as `…options`. */
export const options = {
  namespace: 'docs',
  loadConfig: async ({ agentId }: Pick<AgentKey, 'agentId'>) => ({ name: agentId }),
  createAgent: ({ name }: { readonly name: string }) => ({ greet: () => `I am ${name}.` }),
}

export const key: AgentKey = { agentId: '42', userId: 'ann', sessionId: 's-1', reasoning: true }
