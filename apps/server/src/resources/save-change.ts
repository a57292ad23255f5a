import type { AppDatabase } from '../database/schema.ts'
import { invalidRequest } from '../parse-request.ts'
import { RequestError } from '../problem.ts'
import { assertMayEdit, forbidden } from './access.ts'
import type { Changes, Editor, Resource, ResourceKind } from './resource-kind.ts'
import { deleteResource, insertResource, lockRow, readResource, updateResource } from './resource-rows.ts'
import { findVersion, keepCurrent, keepVersion, lastContent } from './versions.ts'

export type Change<Content extends object> =
  | { readonly what: 'create'; readonly content: Content }
  /** With `version` only if that is the current one still. What `changes` leaves out stays. */
  | { readonly what: 'edit'; readonly changes: Changes<Content>; readonly version: number | undefined }
  /** To what it was at `version`, also after its end. */
  | { readonly what: 'roll back'; readonly version: number }
  | { readonly what: 'delete' }

/**
 * Saves all of a change as the next version, or nothing. Changes of one resource come one after the other, whichever workers they
 * come from, and so do its versions. Resolves to what it is now; `undefined`: no more.
 *
 * Throws what `kind.notFound` gives, also to whom it is not to be seen by, and `RequestError`.
 */
export function saveChange<Content extends object>(
  db: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
  change: Change<Content>,
  editor: Editor,
  now: () => number,
): Promise<Resource<Content> | undefined> {
  return db.transaction().execute(async (transaction) => {
    await lockRow(transaction, kind, id)
    const current = await readResource(transaction, kind, id)
    const next = await contentAfter(transaction, kind, id, change, current, editor)
    const version = await keepCurrent(transaction, kind, id, current)
    const updatedAt = new Date(now()).toISOString()
    const kept = { version, editorId: editor.identity.userId, createdAt: updatedAt }
    if (next === undefined) {
      await assertUnused(transaction, kind, id)
      await deleteResource(transaction, kind, id)
      await keepVersion(transaction, kind, id, { ...kept, content: undefined })
      return undefined
    }
    const resource = { id, content: next.content, version, updatedAt }
    await kind.assertUsable(id, next.changes, editor)
    await kind.assertFits?.(transaction, resource, next.changes, editor)
    if (!kind.mayEdit(editor.identity, next.content)) throw forbidden(kind)
    if (current === undefined) await insert(transaction, kind, resource)
    else await updateResource(transaction, kind, resource)
    // As it will be read from now on: that is what the next change compares it with.
    const saved = await readResource(transaction, kind, id)
    if (saved === undefined) throw new Error(`${kind.table} has lost the row that was just written.`)
    await keepVersion(transaction, kind, id, { ...kept, content: saved.content })
    return saved
  })
}

/** What it is to be, and which part of that is new; `undefined`: nothing any more. */
async function contentAfter<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
  change: Change<Content>,
  current: Resource<Content> | undefined,
  { identity }: Editor,
): Promise<{ readonly content: Content; readonly changes: Changes<Content> } | undefined> {
  if (change.what === 'create') {
    if (current !== undefined) throw alreadyExists(kind, id)
    return { content: change.content, changes: change.content }
  }
  // What has come to its end can only be brought back.
  const latest = current?.content ?? (change.what === 'roll back' ? await lastContent(transaction, kind, id) : undefined)
  assertMayEdit(kind, id, latest, identity)
  switch (change.what) {
    case 'edit':
      assertVersion(kind, change.version, current?.version)
      // What is there has a value: it comes from JSON.
      return { content: { ...latest, ...(change.changes as Partial<Content>) }, changes: change.changes }
    case 'roll back': {
      const old = await oldContent(transaction, kind, id, change.version, current)
      const content = kind.restore?.(old, latest) ?? old
      return { content, changes: content }
    }
    case 'delete':
      return undefined
  }
}

async function oldContent<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  id: string,
  wanted: number,
  current: Resource<Content> | undefined,
): Promise<Content> {
  const { content } = await findVersion(transaction, kind, id, wanted, current)
  if (content !== undefined) return content
  throw invalidRequest({ path: ['version'], message: `At version ${wanted} the ${kind.noun} was deleted.` })
}

function assertVersion({ noun }: Pick<ResourceKind, 'noun'>, seen: number | undefined, currentVersion = 0): void {
  if (seen === undefined || seen === currentVersion) return
  const message = `The ${noun} is at version ${currentVersion}, not ${seen}: it has been edited meanwhile. Look at it again.`
  throw new RequestError({ status: 409, code: 'version-conflict', message, path: 'version', currentVersion })
}

const namedUsers = 20

async function assertUnused(transaction: AppDatabase, kind: ResourceKind, id: string): Promise<void> {
  const usedBy = (await kind.usedBy?.(transaction, id)) ?? []
  if (usedBy.length === 0) return
  const named = usedBy.slice(0, namedUsers)
  const more = usedBy.length > named.length ? ` and ${usedBy.length - named.length} more` : ''
  const message = `The ${kind.noun} is used by ${named.join(', ')}${more}. Take it away from them first.`
  throw new RequestError({ status: 409, code: 'in-use', message, usedBy: named })
}

async function insert<Content extends object>(
  transaction: AppDatabase,
  kind: ResourceKind<Content>,
  resource: Resource<Content>,
): Promise<void> {
  await kind.assertRoom?.(transaction, resource.content)
  if (!(await insertResource(transaction, kind, resource))) throw alreadyExists(kind, resource.id)
}

function alreadyExists({ key, noun, article }: Pick<ResourceKind, 'key' | 'noun' | 'article'>, id: string): RequestError {
  const message = `There is ${article} ${noun} ${JSON.stringify(id)} already.`
  return new RequestError({ status: 409, code: 'already-exists', message, path: key })
}
