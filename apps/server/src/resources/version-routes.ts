import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { AppDatabase } from '../database/schema.ts'
import type { Identity } from '../identity/identity.ts'
import { operation } from '../openapi/operation.ts'
import { parseRequest } from '../parse-request.ts'
import { assertMayEdit } from './access.ts'
import type { ResourceEdits } from './resource-edits.ts'
import type { Resource, ResourceKind } from './resource-kind.ts'
import { readResource } from './resource-rows.ts'
import { findVersion, lastContent, listVersions } from './versions.ts'

const summary = z.object({
  version: z.int(),
  editorId: z.string().describe('`service:database`: nobody edited it here; it is a sample, or another program wrote it.'),
  createdAt: z.string(),
  deleted: z.boolean().describe('It came to its end then.'),
})
const number = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .transform(Number)
const ofOne = z.object({ id: z.string() })
const ofVersion = z.object({ id: z.string(), version: number })
const rollback = z.strictObject({ version: z.int().min(1).describe('The one to go back to.') })

/** What one has been, for who may edit it, also after its end; and going back to that. */
export function versionRoutes(app: FastifyInstance, kind: ResourceKind, db: AppDatabase, edits: ResourceEdits): void {
  const { article, noun } = kind
  const url = `/api/${kind.path}/:id`

  const list = operation({
    ...edits.operation,
    summary: `List the versions of ${article} ${noun}`,
    description: 'Newest first. A hundred are kept.',
    params: ofOne,
    replies: { 200: z.object({ versions: z.array(summary) }) },
    errors: [403, 404],
  })
  app.get<{ Params: { id: string } }>(`${url}/versions`, { schema: list, ...edits.access }, ({ params: { id }, identity }) =>
    inHistory(db, kind, id, identity, async (snapshot, current) => ({
      versions: await listVersions(snapshot, kind, id, current),
    })),
  )

  const show = operation({
    ...edits.operation,
    summary: `Show what ${article} ${noun} was at a version`,
    params: ofVersion,
    replies: { 200: z.object({ version: summary.extend({ content: z.record(z.string(), z.unknown()).optional() }) }) },
    errors: [400, 403, 404],
  })
  app.get<{ Params: object }>(`${url}/versions/:version`, { schema: show, ...edits.access }, ({ params, identity }) => {
    const { id, version } = parseRequest(ofVersion, params)
    return inHistory(db, kind, id, identity, async (snapshot, current) => ({
      version: await findVersion(snapshot, kind, id, version, current),
    }))
  })

  const back = operation({
    ...edits.operation,
    summary: `Go back to a version of ${article} ${noun}`,
    description: 'As a version of its own. What was deleted is there again.',
    params: ofOne,
    body: rollback,
    replies: { 200: edits.reply },
    errors: [403, 404, 409],
  })
  app.post<{ Params: { id: string } }>(`${url}/rollback`, { schema: back, ...edits.access }, async (request) => {
    const { version } = parseRequest(rollback, request.body)
    return edits.make(request, request.params.id, { what: 'roll back', version })
  })
}

/** Reads in one snapshot what only those see who may edit it. */
function inHistory<Found>(
  db: AppDatabase,
  kind: ResourceKind,
  id: string,
  identity: Identity,
  read: (snapshot: AppDatabase, current: Resource | undefined) => Promise<Found>,
): Promise<Found> {
  const transaction = db.transaction().setAccessMode('read only').setIsolationLevel('repeatable read')
  return transaction.execute(async (snapshot) => {
    const current = await readResource(snapshot, kind, id)
    assertMayEdit(kind, id, current?.content ?? (await lastContent(snapshot, kind, id)), identity)
    return read(snapshot, current)
  })
}
