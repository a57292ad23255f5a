import type { FastifyInstance } from 'fastify'
import type { Agents } from '../agents.ts'
import { listAgents } from '../database/agents.ts'
import type { AppDatabase } from '../database/schema.ts'
import type { RunningTurns } from '../turns/running-turns.ts'

export interface AgentRouteParts {
  readonly db: AppDatabase
  readonly defaultModel: string
  readonly agents: Agents
  readonly turns: RunningTurns
}

/** What there is: the server itself, its agents, and how its cache does. */
export function agentRoutes(app: FastifyInstance, { db, defaultModel, agents, turns }: AgentRouteParts): void {
  app.get('/', () => ({
    name: 'Rekindle',
    endpoints: {
      'GET /api/agents': 'the agents',
      'GET /api/agents/:agentId': 'one agent, with all that can be edited; for editors',
      'PUT /api/agents/:agentId': 'edits it; for editors',
      'POST /api/agents/:agentId/chat': 'a turn of a conversation, as useChat of the AI SDK sends and reads it',
      'GET /ws': 'WebSocket: many turns over one connection',
      'GET /api/stats': 'the cache of the worker that answers',
      'GET /livez': 'whether the process lives',
      'GET /readyz': 'whether it should be sent requests',
    },
  }))

  app.get('/api/agents', async () => ({ agents: await listAgents(db, defaultModel) }))

  app.get('/api/stats', () => ({
    worker: process.pid,
    uptimeS: Math.round(process.uptime()),
    turns: turns.count,
    agents: agents.stats(),
  }))
}
