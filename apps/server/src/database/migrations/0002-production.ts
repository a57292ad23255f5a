import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Owners, versions and MCP servers; API keys; conversations and their turns; what is in use, for workers that start. */
export const production: Migration = { up }

async function up(db: Kysely<unknown>): Promise<void> {
  await addOwnersAndVersions(db)
  await createMcpServers(db)
  await createVersions(db)
  await createApiKeys(db)
  await createConversations(db)
  await createTurns(db)
  await indexTurns(db)
  await createTurnChunks(db)
  await createHotKeys(db)
}

async function addOwnersAndVersions(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('agents').addColumn('owner_id', 'text').execute()
  await db.schema.createIndex('agents_of_owner').on('agents').column('owner_id').execute()
  for (const table of ['models', 'tools']) {
    await db.schema
      .alterTable(table)
      .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
      .execute()
    await db.schema
      .alterTable(table)
      .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo('1970-01-01T00:00:00.000Z'))
      .execute()
  }
}

async function createMcpServers(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('mcp_servers')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('config', 'text', (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute()
  await db.schema
    .createTable('agent_mcp_servers')
    .addColumn('agent_id', 'text', (column) => column.notNull().references('agents.id').onDelete('cascade'))
    .addColumn('server_name', 'text', (column) => column.notNull().references('mcp_servers.name'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('agent_mcp_servers_pk', ['agent_id', 'server_name'])
    .execute()
}

async function createVersions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('versions')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('content', 'text')
    .addColumn('editor_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('versions_pk', ['kind', 'id', 'version'])
    .execute()
}

async function createApiKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .execute()
}

async function createConversations(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('sessions')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sessions_pk', ['user_id', 'id'])
    .execute()
  await db.schema.createIndex('sessions_by_time').on('sessions').columns(['user_id', 'updated_at']).execute()
  await db.schema
    .createTable('messages')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('messages_pk', ['user_id', 'session_id', 'position'])
    .addUniqueConstraint('messages_id', ['user_id', 'session_id', 'id'])
    .addForeignKeyConstraint('messages_session', ['user_id', 'session_id'], 'sessions', ['user_id', 'id'], (constraint) =>
      constraint.onDelete('cascade'),
    )
    .execute()
}

async function createTurns(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('turns')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('agent_id', 'text', (column) => column.notNull())
    .addColumn('reply_id', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('worker', 'text', (column) => column.notNull())
    .addColumn('started_at', 'bigint', (column) => column.notNull())
    .addColumn('beat_at', 'bigint', (column) => column.notNull())
    .addColumn('asked_to', 'text')
    .addPrimaryKeyConstraint('turns_pk', ['user_id', 'session_id', 'id'])
    .addForeignKeyConstraint('turns_session', ['user_id', 'session_id'], 'sessions', ['user_id', 'id'], (constraint) =>
      constraint.onDelete('cascade'),
    )
    .execute()
}

async function indexTurns(db: Kysely<unknown>): Promise<void> {
  // One at a time in a session, whichever workers its turns come to.
  await db.schema
    .createIndex('turns_running')
    .unique()
    .on('turns')
    .columns(['user_id', 'session_id'])
    .where(sql.ref('state'), '=', sql.lit('running'))
    .execute()
  await db.schema.createIndex('turns_of_user').on('turns').columns(['user_id', 'started_at']).execute()
  await db.schema.createIndex('turns_by_time').on('turns').column('started_at').execute()
  await db.schema
    .createIndex('turns_of_worker')
    .on('turns')
    .column('worker')
    .where(sql.ref('state'), '=', sql.lit('running'))
    .execute()
}

async function createTurnChunks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('turn_chunks')
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('session_id', 'text', (column) => column.notNull())
    .addColumn('turn_id', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('chunks', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('turn_chunks_pk', ['user_id', 'session_id', 'turn_id', 'position'])
    .addForeignKeyConstraint(
      'turn_chunks_turn',
      ['user_id', 'session_id', 'turn_id'],
      'turns',
      ['user_id', 'session_id', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
}

async function createHotKeys(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('hot_keys')
    .addColumn('worker', 'text', (column) => column.primaryKey())
    .addColumn('saved_at', 'bigint', (column) => column.notNull())
    .addColumn('keys', 'text', (column) => column.notNull())
    .execute()
}
