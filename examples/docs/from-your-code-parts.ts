// What docs/from-your-code.md takes for granted.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { dynamicTool, type JSONSchema7, jsonSchema, type ModelMessage, tool, type ToolSet } from 'ai'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'

export interface Question {
  readonly prompt: string
  readonly reasoning: 'low' | 'medium' | 'high'
}

/** Stands for your tables. */
const rows = new Map([
  ['42', { model: 'gpt-6-luna', apiKey: 'none', instructions: 'Answer briefly.', index: 'products', maxSteps: 5 }],
])
export const db = {
  agents: {
    async find(agentId: string) {
      const row = rows.get(agentId)
      return row && { ...row, crmUrl: process.env.CRM_URL ?? 'http://127.0.0.1/mcp' }
    },
  },
  documents: { titlesFor: async (agentId: string) => [`Handbook of ${agentId}`] },
}

/** Stands for your session cookie, or token. */
export function identityOf({ headers }: FastifyRequest) {
  const id = String(headers['x-user'])
  return { agentId: String(headers['x-agent']), user: { id, crmToken: crmTokenOf(id) }, sessionId: 's-1' }
}

const crmTokenOf = (userId: string) => `crm-token-of-${userId}`

/** Stands for your vault: `crm:ann`. */
export const resolveSecret = async (name: string) => `Bearer ${crmTokenOf(name.slice('crm:'.length))}`

export async function history({ body }: { readonly body: Question }): Promise<ModelMessage[]> {
  return [{ role: 'user', content: body.prompt }]
}

export function searchTool(index: string) {
  return tool({
    description: `Searches ${index}.`,
    inputSchema: z.object({ query: z.string().default('') }),
    execute: ({ query }) => `Nothing in ${index} says '${query}'.`,
  })
}

/** A client of one tool server, whose tools are those of the AI SDK. */
export async function createMCPClient({ url, token }: { readonly url: string; readonly token: string }) {
  const client = new Client({ name: 'before', version: '1.0.0' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }))
  return {
    async tools(): Promise<ToolSet> {
      const { tools } = await client.listTools()
      const named = tools.map(({ name, description = '', inputSchema }) => {
        const execute = (input: unknown) => client.callTool({ name, arguments: input as Record<string, unknown> })
        return [
          `crm_${name}`,
          dynamicTool({ description, inputSchema: jsonSchema(inputSchema as JSONSchema7), execute }),
        ] as const
      })
      return Object.fromEntries(named)
    },
  }
}
