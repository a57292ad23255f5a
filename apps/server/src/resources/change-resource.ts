import { AgentNotFoundError } from 'rekindle'
import type { AppDatabase } from '../database/schema.ts'
import { spread } from '../editing/spread.ts'
import type { Spread, SpreadServices } from '../editing/spread.ts'
import { RequestError } from '../problem.ts'
import type { Editor, Resource, ResourceKind } from './resource-kind.ts'
import { saveChange } from './save-change.ts'
import type { Change } from './save-change.ts'

export interface ChangeServices extends SpreadServices {
  readonly db: AppDatabase
}

/** Saves a change, then makes every worker drop what depends on it. Rejects if it is not saved; nothing else undoes it. */
export async function changeResource<Content extends object>(
  services: ChangeServices,
  kind: ResourceKind<Content>,
  id: string,
  change: Change<Content>,
  editor: Editor,
): Promise<{ readonly resource: Resource<Content> | undefined; readonly spread: Spread }> {
  const { db, retry, log } = services
  const target = kind.invalidates(id)
  let resource: Resource<Content> | undefined
  try {
    resource = await saveChange(db, kind, id, change, editor, Date.now)
  } catch (error) {
    const refused = error instanceof RequestError || AgentNotFoundError.isInstance(error)
    // A connection that broke during the commit leaves open whether the change was saved.
    if (!refused) retry.add(target)
    throw error
  }
  const { userId } = editor.identity
  const fields = change.what === 'edit' ? Object.keys(change.changes) : undefined
  log.info({ kind: kind.kind, id, what: change.what, version: resource?.version, fields, userId }, 'a change was saved')
  return { resource, spread: await spread(services, target) }
}
