import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { spreadShape } from '../editing/spread.ts'
import type { Spread } from '../editing/spread.ts'
import { adminsOnly } from '../identity/admins-only.ts'
import { operation } from '../openapi/operation.ts'
import type { Operation } from '../openapi/operation.ts'
import { invalidRequest, parseRequest } from '../parse-request.ts'
import type { RunningTurns } from '../turns/running-turns.ts'
import { changeResource } from './change-resource.ts'
import type { ChangeServices } from './change-resource.ts'
import type { Editor, Registry, Resource, ResourceKind } from './resource-kind.ts'
import { findResource } from './resource-rows.ts'
import type { Change } from './save-change.ts'
import { versionRoutes } from './version-routes.ts'

export interface ResourceParts extends Omit<ChangeServices, 'log'> {
  readonly registry: Registry
  readonly turns: RunningTurns
}

type Request = FastifyRequest<{ Params: { id: string } }>

const anyId = z.object({ id: z.string() })
const seenVersion = z.int().min(1).describe('The version that the editor has seen, and wants to change no other.')

/** Lists, makes, shows, edits and deletes what is of one kind. */
export function resourceRoutes(app: FastifyInstance, kind: ResourceKind, parts: ResourceParts): void {
  const { path, one, noun, article, plural } = kind
  const url = `/api/${path}`
  const tag = path
  const edits: Pick<Operation, 'tag' | 'for'> = { tag, for: kind.adminsOnly ? 'admins' : 'users' }
  const onRequest = kind.adminsOnly ? { onRequest: adminsOnly } : {}
  const edited = z.object({ [one]: kind.shown, ...spreadShape })

  const editorOf = ({ identity }: Pick<FastifyRequest, 'identity'>): Editor => ({ identity, registry: parts.registry })
  const change = (request: FastifyRequest, id: string, what: Change<object>): ReturnType<typeof changeResource> =>
    // As a turn: a worker that stops finishes it first. Its client does not end it by going away.
    parts.turns.run(new AbortController(), () =>
      changeResource({ ...parts, log: request.log }, kind, id, what, editorOf(request)),
    )
  const reply = (request: FastifyRequest, { resource, spread }: { resource: Resource | undefined; spread: Spread }): object => ({
    ...(resource !== undefined && { [one]: kind.show(resource, editorOf(request)) }),
    ...spread,
  })

  const list = operation({ tag, summary: `List ${plural}`, replies: { 200: kind.listed } })
  app.get(url, { schema: list }, (request) => kind.list(parts.db, editorOf(request)))

  const create = operation({
    ...edits,
    summary: `Make a new ${noun}`,
    body: kind.creation,
    replies: { 201: edited },
    errors: [403, 409],
  })
  app.post(url, { schema: create, ...onRequest }, async (request, answer) => {
    const { id, content } = kind.begin(parseRequest(kind.creation, request.body), editorOf(request))
    const made = await change(request, id, { what: 'create', content })
    return answer.code(201).send(reply(request, made))
  })

  const show = operation({
    tag,
    summary: `Show one ${noun}`,
    params: anyId,
    replies: { 200: z.object({ [one]: kind.shown }) },
    errors: [404],
  })
  app.get(`${url}/:id`, { schema: show }, async (request: Request) => {
    const resource = await findResource(parts.db, kind, request.params.id)
    if (!kind.maySee(request.identity, resource.content)) throw kind.notFound(request.params.id)
    return { [one]: kind.show(resource, editorOf(request)) }
  })

  const edit = operation({
    ...edits,
    summary: `Edit ${article} ${noun}`,
    description: 'What is left out stays as it is.',
    params: anyId,
    body: z.intersection(kind.changes, z.object({ version: seenVersion.optional() })),
    replies: { 200: edited },
    errors: [403, 404, 409],
  })
  app.put(`${url}/:id`, { schema: edit, ...onRequest }, async (request: Request) => {
    const what = { what: 'edit', ...parseEdit(kind, request.body) } as const
    return reply(request, await change(request, request.params.id, what))
  })

  const end = operation({
    ...edits,
    summary: `Delete ${article} ${noun}`,
    description: 'Its versions are kept, and it can be brought back.',
    params: anyId,
    replies: { 204: 'It is gone.' },
    errors: [403, 404, 409],
  })
  app.delete(`${url}/:id`, { schema: end, ...onRequest }, async (request: Request, answer) => {
    await change(request, request.params.id, { what: 'delete' })
    return answer.code(204).send()
  })

  versionRoutes(app, kind, { db: parts.db, onRequest, change, reply, edited })
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
