import type { FastifyBaseLogger } from 'fastify'
import { InvalidationUnconfirmedError } from 'rekindle'
import type { InvalidationTarget } from 'rekindle'
import { z } from 'zod'
import type { Agents } from '../agents.ts'
import type { InvalidationRetry } from './invalidation-retry.ts'

/**
 * Longer than any worker takes that reaches the store, also when the store has just lost its list of workers (a second). A
 * worker that died is not waited for, if it was of this machine. One that cannot reach the store, or died elsewhere, counts as
 * live until what it had in memory has expired, which is too long to wait for: then the edit is not confirmed.
 */
const confirmMs = 3_500

export interface SpreadServices {
  readonly agents: Agents
  readonly retry: InvalidationRetry
  readonly log: FastifyBaseLogger
}

/** Whether the next turn, on whichever worker the store knows of, has what was edited. */
export type Spread =
  | { readonly confirmed: true }
  /** Without `unconfirmed` the store has not been told yet; with it, these workers have not said that they know. */
  | { readonly confirmed: false; readonly unconfirmed?: readonly string[] }

export const spreadShape = {
  confirmed: z.boolean().describe('Whether every worker knows.'),
  unconfirmed: z
    .array(z.string())
    .optional()
    .describe('Workers that have not said so. Without: the store has not been told yet.'),
}

/** Makes every worker drop what depends on an edit. Never rejects: the edit is saved whatever becomes of this. */
export async function spread({ agents, retry, log }: SpreadServices, target: InvalidationTarget): Promise<Spread> {
  try {
    await agents.invalidate(target, { confirm: true, timeoutMs: confirmMs })
    return { confirmed: true }
  } catch (error) {
    if (InvalidationUnconfirmedError.isInstance(error)) {
      const { workers } = error
      log.warn({ target, workers }, 'workers have not confirmed an edit; they hear of it when they next reach the store')
      return { confirmed: false, unconfirmed: workers }
    }
    log.warn({ err: error, target }, 'the store was not told of an edit; trying again')
    retry.add(target)
    return { confirmed: false }
  }
}
