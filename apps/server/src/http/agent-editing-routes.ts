import type { FastifyInstance } from 'fastify'
import { findAgent } from '../database/agent-details.ts'
import { agentEdit } from '../editing/agent-edit.ts'
import { editAgent } from '../editing/edit-agent.ts'
import type { EditServices } from '../editing/edit-agent.ts'
import { parseRequest } from '../parse-request.ts'
import type { Settings } from '../settings.ts'
import type { RunningTurns } from '../turns/running-turns.ts'
import { editorsOnly } from './editors-only.ts'

export interface EditingParts extends Omit<EditServices, 'log'> {
  readonly settings: Settings
  readonly turns: RunningTurns
}

/** One agent, to be looked at and edited. What it is told and set up with is for editors to see, too. */
export function agentEditingRoutes(app: FastifyInstance, parts: EditingParts): void {
  const url = '/api/agents/:agentId'
  const onRequest = editorsOnly(parts.settings)

  app.get<{ Params: { agentId: string } }>(url, { onRequest }, async ({ params }) => ({
    agent: await findAgent(parts.db, params.agentId),
  }))

  app.put<{ Params: { agentId: string } }>(url, { onRequest }, async ({ params, body, log }) => {
    const edit = parseRequest(agentEdit, body)
    // As a turn: a worker that stops finishes it first. Its client does not end it by going away.
    return parts.turns.run(new AbortController(), () => editAgent({ ...parts, log }, params.agentId, edit))
  })
}
