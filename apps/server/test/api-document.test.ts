import type { FastifyInstance, InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createAgents } from '../src/agents.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import { InvalidationRetry } from '../src/editing/invalidation-retry.ts'
import { AgentUsage } from '../src/fleet/agent-usage.ts'
import { declareRoutes } from '../src/http/app.ts'
import { createHttpServer } from '../src/http/http-server.ts'
import { readLocalServers } from '../src/mcp/local-servers.ts'
import { ToolServers } from '../src/mcp/tool-servers.ts'
import { modelsFromEnvironment } from '../src/models/models.ts'
import { readSettings } from '../src/settings.ts'
import { openStore, StoreProbe } from '../src/store.ts'
import { createTools } from '../src/tools/tool-registry.ts'
import { RunningTurns } from '../src/turns/running-turns.ts'
import { identified } from './http-client.ts'

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema: object }>>
  readonly $ref?: string
  readonly description?: string
}
interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly security?: readonly object[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: Media
  readonly responses: Readonly<Record<string, Media>>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Media>>>>
}

let app: FastifyInstance
let document: Document
/** What is declared, in the words of the document: `get /api/agents/{id}`. */
const declared = new Set<string>()
const closing = new AsyncDisposableStack()

beforeAll(async () => {
  const settings = { ...readSettings({}), storePath: ':memory:' }
  const [models, db, store] = await Promise.all([
    modelsFromEnvironment({}),
    openDatabase({ path: ':memory:' }),
    openStore(settings),
  ])
  closing.defer(() => db.destroy())
  await seedSampleAgents(db, { model: null, now: Date.now })
  app = createHttpServer(settings, false)
  const toolServers = new ToolServers({
    local: readLocalServers(undefined),
    environment: {},
    onToolsChanged: () => {},
    log: app.log,
  })
  const agents = createAgents({ db, models, toolServers, store, settings, describeWorker: () => ({}), log: app.log })
  closing.use(agents)
  const probe = new StoreProbe(store)
  closing.defer(() => probe.close())
  const retry = new InvalidationRetry({ invalidate: async () => {}, log: app.log, random: Math.random })
  const registry = { ...models, tools: createTools({ now: Date.now }), toolServers }
  const turns = new RunningTurns()
  app.addHook('onRoute', ({ url, method, schema }) => {
    if (schema?.hide === true || method === 'HEAD') return
    for (const each of [method].flat()) declared.add(`${each.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
  })
  const standing = { leaving: false }
  await declareRoutes(app, {
    settings,
    cookieSecret: 'x'.repeat(32),
    db,
    agents,
    registry,
    retry,
    probe,
    turns,
    standing,
    usage: new AgentUsage(),
  })
  document = (await app.inject({ url: '/api/openapi.json' })).json<Document>()
  closing.defer(() => app.close())
})
afterAll(() => closing.disposeAsync())

const operations = (): (readonly [name: string, operation: Operation])[] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
  )

describe('the document of the API', () => {
  it('has every route that is declared, and says of each what it does, for whom and what it may answer', () => {
    expect(
      operations()
        .map(([name]) => name)
        .toSorted(),
    ).toEqual([...declared].toSorted())
    expect(declared.size).toBeGreaterThan(40)
    for (const [name, { summary = '', tags, responses, security }] of operations()) {
      expect([name, summary.length > 5, tags?.length]).toEqual([name, true, 1])
      const statuses = Object.keys(responses)
      expect([name, statuses.some((status) => Number(status) < 300)]).toEqual([name, true])
      expect([name, statuses.includes('500'), statuses.includes('401') || security?.length === 0]).toEqual([name, true, true])
    }
    expect(new Set(operations().map(([, { summary }]) => summary)).size).toBe(declared.size)
  })

  it('is OpenAPI 3.1: paths have their parameters, replies a description, and references lead somewhere', () => {
    expect(document.openapi).toBe('3.1.0')
    for (const [name, { parameters = [], responses, requestBody }] of operations()) {
      const inPath = parameters.filter((one) => one.in === 'path').map((one) => `{${one.name}}`)
      expect([name, name.match(/\{\w+\}/g) ?? []]).toEqual([name, inPath])
      if (requestBody !== undefined) expect(Object.keys(requestBody.content ?? {})).toEqual(['application/json'])
      for (const reply of Object.values(responses))
        expect([name, typeof (reply.$ref ?? reply.description)]).toEqual([name, 'string'])
    }
    const text = JSON.stringify(document)
    const references = new Set(text.match(/(?<="\$ref":")[^"]+/g))
    expect(references.size).toBeGreaterThan(8)
    for (const reference of references) {
      const [, , group = '', name = ''] = reference.split('/')
      expect([reference, document.components[group]?.[name] !== undefined]).toEqual([reference, true])
    }
    expect(text).not.toMatch(/"x-|"~standard"|Default Response/)
  })

  it('says what requests hold', () => {
    const schemaOf = (name: string) => new Map(operations()).get(name)?.requestBody?.content?.['application/json']?.schema
    const edit = z.fromJSONSchema(schemaOf('put /api/agents/{id}') as Parameters<typeof z.fromJSONSchema>[0])
    const agent = { name: 'x', tools: ['weekday', { name: 'calculator', options: { a: 1 } }], version: 3, model: null }
    expect(edit.safeParse(agent).error).toBeUndefined()
    for (const wrong of [{ name: 7 }, { tools: [7] }, { tools: [{ options: {} }] }, { maxSteps: 0 }, { version: 'x' }]) {
      expect([wrong, edit.safeParse(wrong).success]).toEqual([wrong, false])
    }
  })

  const planner = { instructions: 'Plan.', name: 'P' }
  const server = { name: 'crm', config: { url: 'https://crm.example/mcp' } }
  const requests: [method: InjectOptions['method'] & string, path: string, params: object, status: number, body?: object][] = [
    ['get', '/livez', {}, 200],
    ['get', '/readyz', {}, 200],
    ['get', '/api/me', {}, 200],
    ['post', '/api/login', {}, 200, { userId: 'ada' }],
    ['post', '/api/login', {}, 400, { userId: 7 }],
    ['get', '/api/agents', {}, 200],
    ['post', '/api/agents', {}, 201, { ...planner, id: 'p', tools: [{ name: 'schedule', options: { holidays: [] } }] }],
    ['post', '/api/agents', {}, 409, { ...planner, id: 'p' }],
    ['get', '/api/agents/{id}', { id: 'p' }, 200],
    ['get', '/api/agents/{id}', { id: 'nobody' }, 404],
    ['put', '/api/agents/{id}', { id: 'p' }, 200, { settings: { temperature: 1 } }],
    ['put', '/api/agents/{id}', { id: 'p' }, 409, { name: 'x', version: 7 }],
    ['get', '/api/agents/{id}/versions', { id: 'p' }, 200],
    ['get', '/api/agents/{id}/versions/{version}', { id: 'p', version: '1' }, 200],
    ['post', '/api/agents/{id}/rollback', { id: 'p' }, 200, { version: 1 }],
    ['get', '/api/models', {}, 200],
    ['post', '/api/models', {}, 201, { id: 'offline:small' }],
    ['get', '/api/tools', {}, 200],
    ['delete', '/api/tools/{id}', { id: 'schedule' }, 409],
    ['get', '/api/mcp-servers', {}, 200],
    ['post', '/api/mcp-servers', {}, 201, server],
    ['delete', '/api/mcp-servers/{id}', { id: 'crm' }, 204],
    ['get', '/api/mcp-servers/{id}/versions', { id: 'crm' }, 200],
    ['get', '/api/stats', {}, 200],
    ['get', '/api/fleet', {}, 200],
    ['get', '/api/advice', {}, 200],
    ['get', '/api/keys', {}, 200],
    ['get', '/api/sessions', {}, 200],
    ['post', '/api/cache/explain', {}, 200, { agentId: 'p' }],
    ['post', '/api/cache/invalidate', {}, 200, { target: 'all' }],
  ]

  it.each(requests)('is true of %s %s with %o, which is answered with %d', async (method, path, params, status, body) => {
    const url = Object.entries(params).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), path)
    const headers = identified({ host: 'localhost' })
    const reply = await app.inject({ method: method.toUpperCase() as 'GET', url, headers, ...(body && { payload: body }) })
    expect([reply.statusCode, reply.body]).toEqual([status, expect.any(String)])
    const responses = document.paths[path]?.[method]?.responses ?? {}
    const { $ref } = responses[status] ?? {}
    const described = $ref === undefined ? responses[status] : document.components['responses']?.[$ref.split('/')[3] ?? '']
    expect(described?.description).toMatch(/./)
    if (status === 204) return
    const schema = described?.content?.['application/json']?.schema as Parameters<typeof z.fromJSONSchema>[0]
    const error = JSON.stringify(schema).includes('"$ref"') ? document.components['schemas']?.['Error'] : schema
    const { success, error: issues } = z.fromJSONSchema(error as typeof schema).safeParse(reply.json())
    expect([success, issues?.issues]).toEqual([true, undefined])
  })
})
