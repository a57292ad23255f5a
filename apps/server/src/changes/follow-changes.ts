import { Client } from 'pg'
import { createInvalidator, InvalidationFailedError } from 'rekindle'
import { listenForChanges } from 'rekindle/postgres'
import { agentScopes } from '../agent-scopes.ts'
import type { Settings } from '../settings.ts'
import { openStore } from '../store.ts'
import { changeChannel, installChangeTriggers } from './change-triggers.ts'
import { Outage } from './outage.ts'

/** Whether it is noticed what other programs edit in the database. */
export type OtherEdits = { readonly seen: true } | { readonly seen: false; readonly because: string }

export interface DatabaseChanges {
  readonly otherEdits: OtherEdits
  /** Resolves once the store knows that all of before may have changed, or it is clear that it will not. Never rejects. */
  readonly ready: Promise<void>
  /** Takes a few seconds at most. */
  close(): Promise<void>
}

export interface FollowOptions {
  readonly databaseUrl: string
  readonly settings: Settings
  readonly say: (line: string) => void
  /** The text of an error, fit for people to read. */
  readonly textOf: (error: unknown) => string
}

/**
 * Makes PostgreSQL tell what is changed in it, by whichever program, and invalidates that for all workers. Resolves when
 * nothing that a worker loads from then on can change unnoticed; listening goes on, through any outage, until it is closed.
 *
 * One process of a server is enough, and it is the primary, which lives as long as the server. Other servers of the same
 * database do the same, and invalidate some things twice.
 */
export async function followChanges({ databaseUrl, settings, say, textOf }: FollowOptions): Promise<DatabaseChanges> {
  try {
    await installChangeTriggers(databaseUrl)
  } catch (error) {
    return { otherEdits: { seen: false, because: textOf(error) }, ready: Promise.resolve(), close: async () => {} }
  }
  const invalidator = createInvalidator({ ...agentScopes, store: await openStore(settings) })
  const edits = 'edits by other programs'
  const now = (): number => performance.now()
  const database = new Outage({
    down: (reason) => `PostgreSQL is out of reach (${reason}): ${edits} are seen when it is back.`,
    up: `PostgreSQL is back, and ${edits} are seen again.`,
    say,
    now,
  })
  const storeOutage = new Outage({
    down: (reason) => `The store is out of reach (${reason}): ${edits} reach the workers when it is back.`,
    up: `The store is back, and knows of ${edits}.`,
    say,
    now,
  })
  const listener = listenForChanges({
    channel: changeChannel,
    connect: () => new Client({ connectionString: databaseUrl }),
    async invalidate(target) {
      await invalidator.invalidate(target)
      storeOutage.over()
    },
    onListening: () => database.over(),
    onError(error) {
      if (InvalidationFailedError.isInstance(error.cause)) storeOutage.failed(textOf(error.cause.cause))
      else if (!listener.listening) database.failed(textOf(error.cause))
      else say(textOf(error))
    },
  })
  return {
    otherEdits: { seen: true },
    // Rejected when it is closed before.
    ready: listener.ready.catch(() => {}),
    async close() {
      await listener.close()
      await invalidator.close()
    },
  }
}
