import { InvalidOptionsError } from '../errors.ts'
import { findInstalled, findTables } from './catalog.ts'
import { type ChangeRule, parseRules } from './change-rule.ts'
import { assertChannel, defaultChannel } from './channel.ts'
import type { PgQueryClient } from './pg-client.ts'
import { statementsToInstall, triggersOf } from './table-triggers.ts'

/** The options of {@link installTriggers}. */
export interface InstallTriggersOptions {
  readonly rules: readonly ChangeRule[]
  /** What the triggers notify. Applications that share a database take one each. Default `'rekindle'`. */
  readonly channel?: string
}

/** The options of {@link removeTriggers}. */
export interface RemoveTriggersOptions {
  /** Default `'rekindle'`. */
  readonly channel?: string
}

/**
 * Makes the database itself say what its changes invalidate, whichever program makes them: statement triggers on the tables
 * of `rules` that NOTIFY in the transaction of the change, hence when it commits. {@link listenForChanges} hears it.
 *
 * Brings what is there for this channel to what `rules` say: creates what is missing, replaces what differs and drops what no
 * rule asks for any more. All or nothing, and any number of processes may do it at once. In a transaction that is open on
 * `client` (a migration) it becomes part of that; otherwise it has its own. What is there already is left alone and locks
 * nothing; a trigger to create or drop waits for those who write to its table, and keeps others from it until the commit.
 *
 * The role needs TRIGGER on the tables and CREATE on their schemas, which hold the functions; those who change the tables need
 * no rights. A statement that changes more than 1000 targets, or a target of more than 7.9 kB, invalidates everything, and so
 * does TRUNCATE. Not heard: statements that name a partition or a child instead of the table of the rule, and changes made
 * with triggers switched off (logical replication, `session_replication_role = replica`).
 *
 * Meant for tables that people and programs edit, not for those that every request writes to: PostgreSQL commits transactions
 * that notify one at a time, and cannot PREPARE them (two-phase commit).
 *
 * Rejects with {@link InvalidOptionsError} naming the rule that is wrong or whose table or column is not there, and with
 * PostgreSQL's own errors.
 */
export async function installTriggers(client: PgQueryClient, options: InstallTriggersOptions): Promise<void> {
  const { channel = defaultChannel, rules } = options
  assertChannel(channel)
  const parsed = parseRules(rules)
  await inTransaction(client, async () => {
    const tables = await findTables(client, parsed)
    const wanted = tables.map((table) => triggersOf(table, channel))
    await runAll(client, statementsToInstall(wanted, await findInstalled(client, channel)))
  })
}

/** Drops all that {@link installTriggers} has created for the channel, wherever it is. Transactions and locks as there. */
export async function removeTriggers(client: PgQueryClient, options: RemoveTriggersOptions = {}): Promise<void> {
  const { channel = defaultChannel } = options
  assertChannel(channel)
  await inTransaction(client, async () => {
    await runAll(client, statementsToInstall([], await findInstalled(client, channel)))
  })
}

/** The bytes of `rekindle`: a lock of all who install, which the end of the transaction releases. */
const lock = 'SELECT pg_catalog.pg_advisory_xact_lock(8243112793539374181)'

async function inTransaction(client: PgQueryClient, work: () => Promise<void>): Promise<void> {
  if ('totalCount' in client) {
    throw new InvalidOptionsError('client', 'client must be one connection, not a pool: give it what pool.connect() returns.')
  }
  if (await isInTransaction(client)) {
    await client.query(lock)
    await work()
    return
  }
  // Each statement sees what was committed before it, and so, after the lock, what the one before us has installed.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED')
  try {
    await client.query(lock)
    await work()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}

/** A transaction's time is that of its first statement, so a statement whose time is another is not the first. */
async function isInTransaction(client: PgQueryClient): Promise<boolean> {
  const { rows } = await client.query('SELECT pg_catalog.now() <> pg_catalog.statement_timestamp() AS open')
  return (rows[0] as { open: boolean }).open
}

async function runAll(client: PgQueryClient, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await client.query(statement)
}
