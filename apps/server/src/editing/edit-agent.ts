import type { FastifyBaseLogger } from 'fastify'
import { AgentNotFoundError, InvalidationUnconfirmedError } from 'rekindle'
import type { Agents } from '../agents.ts'
import type { AgentDetails } from '../database/agent-details.ts'
import { saveEdit } from '../database/save-edit.ts'
import type { AppDatabase } from '../database/schema.ts'
import { RequestError } from '../problem.ts'
import type { AgentEdit } from './agent-edit.ts'
import { assertUsable } from './assert-usable.ts'
import type { Registry } from './assert-usable.ts'
import type { InvalidationRetry } from './invalidation-retry.ts'

/**
 * Longer than any worker takes that reaches the store, also when the store has just lost its list of workers (a second). A
 * worker that died is not waited for, if it was of this machine. One that cannot reach the store, or died elsewhere, counts as
 * live until what it had in memory has expired, which is too long to wait for: then the edit is not confirmed.
 */
const confirmMs = 3_500

export interface EditServices {
  readonly db: AppDatabase
  readonly agents: Agents
  readonly registry: Registry
  readonly retry: InvalidationRetry
  readonly log: FastifyBaseLogger
}

/** Whether the next turn, on whichever worker the store knows of, has the edited agent. */
export type Spread =
  | { readonly confirmed: true }
  /** Without `unconfirmed` the store has not been told yet; with it, these workers have not said that they know. */
  | { readonly confirmed: false; readonly unconfirmed?: readonly string[] }

/** Saves an edit, then makes every worker drop the agent as it was. Rejects if it is not saved; nothing else undoes it. */
export async function editAgent(
  services: EditServices,
  agentId: string,
  edit: AgentEdit,
): Promise<{ readonly agent: AgentDetails } & Spread> {
  await assertUsable(edit, services.registry)
  const agent = await save(services, agentId, edit)
  services.log.info({ agentId, version: agent.version, fields: Object.keys(edit) }, 'an agent was edited')
  return { agent, ...(await spread(services, agentId)) }
}

async function save({ db, retry }: EditServices, agentId: string, edit: AgentEdit): Promise<AgentDetails> {
  try {
    return await saveEdit(db, agentId, edit, Date.now)
  } catch (error) {
    const refused = error instanceof RequestError || AgentNotFoundError.isInstance(error)
    // A connection that broke during the commit leaves open whether the edit was saved.
    if (!refused) retry.add(agentId)
    throw error
  }
}

async function spread({ agents, retry, log }: EditServices, agentId: string): Promise<Spread> {
  try {
    await agents.invalidate({ agentId }, { confirm: true, timeoutMs: confirmMs })
    return { confirmed: true }
  } catch (error) {
    if (InvalidationUnconfirmedError.isInstance(error)) {
      const { workers } = error
      log.warn({ agentId, workers }, 'workers have not confirmed an edit; they hear of it when they next reach the store')
      return { confirmed: false, unconfirmed: workers }
    }
    log.warn({ err: error, agentId }, 'the store was not told of an edit; trying again')
    retry.add(agentId)
    return { confirmed: false }
  }
}
