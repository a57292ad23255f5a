import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { AppDatabase } from '../database/schema.ts'
import { operation } from '../openapi/operation.ts'
import { invalidRequest, parseRequest } from '../parse-request.ts'
import { ResourceEdits } from './resource-edits.ts'
import type { ResourceParts } from './resource-edits.ts'
import type { ResourceKind } from './resource-kind.ts'
import { findResource } from './resource-rows.ts'
import { versionRoutes } from './version-routes.ts'

type Request = FastifyRequest<{ Params: { id: string } }>

const anyId = z.object({ id: z.string() })
const seenVersion = z.int().min(1).describe('The version that the editor has seen, and wants to change no other.')

/** Lists, makes, shows, edits and deletes what is of one kind. */
export function resourceRoutes(app: FastifyInstance, kind: ResourceKind, parts: ResourceParts): void {
  const edits = new ResourceEdits(kind, parts)
  listRoute(app, kind, parts.db, edits)
  creationRoute(app, kind, edits)
  showRoute(app, kind, parts.db, edits)
  editRoute(app, kind, edits)
  deletionRoute(app, kind, edits)
  versionRoutes(app, kind, parts.db, edits)
}

function listRoute(app: FastifyInstance, kind: ResourceKind, db: AppDatabase, edits: ResourceEdits): void {
  const schema = operation({ tag: kind.path, summary: `List ${kind.plural}`, replies: { 200: kind.listed } })
  app.get(`/api/${kind.path}`, { schema }, (request) => kind.list(db, edits.editorOf(request)))
}

function creationRoute(app: FastifyInstance, kind: ResourceKind, edits: ResourceEdits): void {
  const schema = operation({
    ...edits.operation,
    summary: `Make a new ${kind.noun}`,
    body: kind.creation,
    replies: { 201: edits.reply },
    errors: [403, 409],
  })
  app.post(`/api/${kind.path}`, { schema, ...edits.access }, async (request, reply) => {
    const { id, content } = kind.begin(parseRequest(kind.creation, request.body), edits.editorOf(request))
    return reply.code(201).send(await edits.make(request, id, { what: 'create', content }))
  })
}

function showRoute(app: FastifyInstance, kind: ResourceKind, db: AppDatabase, edits: ResourceEdits): void {
  const schema = operation({
    tag: kind.path,
    summary: `Show one ${kind.noun}`,
    params: anyId,
    replies: { 200: z.object({ [kind.one]: kind.shown }) },
    errors: [404],
  })
  app.get(`/api/${kind.path}/:id`, { schema }, async (request: Request) => {
    const resource = await findResource(db, kind, request.params.id)
    if (!kind.maySee(request.identity, resource.content)) throw kind.notFound(request.params.id)
    return { [kind.one]: kind.show(resource, edits.editorOf(request)) }
  })
}

function editRoute(app: FastifyInstance, kind: ResourceKind, edits: ResourceEdits): void {
  const schema = operation({
    ...edits.operation,
    summary: `Edit ${kind.article} ${kind.noun}`,
    description: 'What is left out stays as it is.',
    params: anyId,
    body: z.intersection(kind.changes, z.object({ version: seenVersion.optional() })),
    replies: { 200: edits.reply },
    errors: [403, 404, 409],
  })
  app.put(`/api/${kind.path}/:id`, { schema, ...edits.access }, async (request: Request) =>
    edits.make(request, request.params.id, { what: 'edit', ...parseEdit(kind, request.body) }),
  )
}

function deletionRoute(app: FastifyInstance, kind: ResourceKind, edits: ResourceEdits): void {
  const schema = operation({
    ...edits.operation,
    summary: `Delete ${kind.article} ${kind.noun}`,
    description: 'Its versions are kept, and it can be brought back.',
    params: anyId,
    replies: { 204: 'It is gone.' },
    errors: [403, 404, 409],
  })
  app.delete(`/api/${kind.path}/:id`, { schema, ...edits.access }, async (request: Request, reply) => {
    await edits.make(request, request.params.id, { what: 'delete' })
    return reply.code(204).send()
  })
}

/** An edit must name something that it changes. */
function parseEdit(kind: ResourceKind, body: unknown): { readonly changes: object; readonly version: number | undefined } {
  const { version, ...fields } = Object(body) as Record<string, unknown>
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  const changes = parseRequest(kind.changes, isObject ? fields : body)
  const { version: seen } = parseRequest(z.object({ version: seenVersion.optional() }), { version })
  if (Object.keys(changes).length === 0) throw invalidRequest({ path: [], message: 'It changes nothing.' })
  return { changes, version: seen }
}
