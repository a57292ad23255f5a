import type { AppDatabase, VersionRow } from '../database/schema.ts'
import { RequestError } from '../problem.ts'
import type { Resource, ResourceKind } from './resource-kind.ts'

/** Of each agent, model, tool and MCP server so many versions are kept, and its end. */
const keptVersions = 100

/** The editor of what was there before anybody edited it here: the samples, and edits by other programs. */
const unknownEditor = 'service:database'

/** A version, without what it was. */
export interface VersionSummary {
  readonly version: number
  readonly editorId: string
  readonly createdAt: string
  readonly deleted: boolean
}

export interface Version<Content extends object = object> extends VersionSummary {
  /** `undefined`: it was deleted. */
  readonly content: Content | undefined
}

/** What is kept of one, newest first. What it is now is among it, even if nobody has edited it yet. */
export async function listVersions(
  snapshot: AppDatabase,
  kind: ResourceKind,
  id: string,
  current: Resource | undefined,
): Promise<VersionSummary[]> {
  const rows = await snapshot
    .selectFrom('versions')
    .select(['version', 'editor_id', 'created_at'])
    .select((of) => of('content', 'is', null).as('deleted'))
    .where('kind', '=', kind.kind)
    .where('id', '=', id)
    .orderBy('version', 'desc')
    .limit(keptVersions)
    .execute()
  const kept = rows.map(({ version, editor_id: editorId, created_at: createdAt, deleted }) => {
    return { version, editorId, createdAt, deleted: Boolean(deleted) }
  })
  const now = current && currentVersion(current)
  if (now === undefined || kept.some(({ version }) => version === now.version)) return kept
  const { content: _, ...unkept } = now
  return [unkept, ...kept]
}

/** What it is now, as a version that nobody has kept yet. */
function currentVersion<Content extends object>(current: Resource<Content>): Version<Content> {
  const { content, version, updatedAt: createdAt } = current
  return { version, editorId: unknownEditor, createdAt, deleted: false, content }
}

/** One version. Throws a `RequestError` if it is not there, or not any more. */
export async function findVersion<Content extends object>(
  snapshot: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
  version: number,
  current: Resource<Content> | undefined,
): Promise<Version<Content>> {
  const kept = snapshot.selectFrom('versions').selectAll().where('kind', '=', kind.kind).where('id', '=', id)
  const row = await kept.where('version', '=', version).executeTakeFirst()
  if (row !== undefined) return versionOf(kind, row)
  if (current?.version === version) return currentVersion(current)
  const message = `Version ${version} of this ${kind.noun} is not kept here.`
  throw new RequestError({ status: 404, code: 'version-not-found', message })
}

/** What it was at its end. */
export async function lastContent<Content extends object>(
  snapshot: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
): Promise<Content | undefined> {
  const kept = snapshot.selectFrom('versions').selectAll().where('kind', '=', kind.kind).where('id', '=', id)
  const row = await kept.where('content', 'is not', null).orderBy('version', 'desc').limit(1).executeTakeFirst()
  return row && versionOf(kind, row).content
}

function versionOf<Content extends object>(kind: ResourceKind<Content>, row: VersionRow): Version<Content> {
  const { version, editor_id: editorId, created_at: createdAt, content } = row
  const summary = { version, editorId, createdAt, deleted: content === null }
  // Written by an earlier version of the server, perhaps: then today's form of it.
  return { ...summary, content: content === null ? undefined : kind.content.parse(JSON.parse(content)) }
}

/**
 * Keeps what is about to be changed, unless it is kept already: nobody may have edited it here before, or another program has
 * since. Resolves to the number of the next version: none is ever given twice, not even after an end.
 */
export async function keepCurrent(
  transaction: AppDatabase,
  kind: ResourceKind,
  id: string,
  current: Resource | undefined,
): Promise<number> {
  const latest = await transaction
    .selectFrom('versions')
    .select(['version', 'content'])
    .where('kind', '=', kind.kind)
    .where('id', '=', id)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (current === undefined) return (latest?.version ?? 0) + 1
  const { content, updatedAt } = current
  if (latest?.content === JSON.stringify(content)) return Math.max(latest.version, current.version) + 1
  const version = latest === undefined ? current.version : Math.max(latest.version + 1, current.version)
  await keepVersion(transaction, kind, id, { version, content, editorId: unknownEditor, createdAt: updatedAt })
  return version + 1
}

export async function keepVersion(
  transaction: AppDatabase,
  { kind }: ResourceKind,
  id: string,
  { version, content, editorId, createdAt }: Omit<Version, 'deleted'>,
): Promise<void> {
  const kept = content === undefined ? null : JSON.stringify(content)
  const row = { kind, id, version, content: kept, editor_id: editorId, created_at: createdAt }
  await transaction.insertInto('versions').values(row).execute()
  const old = transaction.deleteFrom('versions').where('kind', '=', kind).where('id', '=', id)
  await old.where('version', '<=', version - keptVersions).execute()
}
