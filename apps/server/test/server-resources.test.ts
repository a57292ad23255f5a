import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { wrongEdits } from './agent-edit-cases.ts'
import { json, send, someone } from './http-client.ts'
import type { RequestOptions } from './http-client.ts'
import { startServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

const path = '/api/agents/assistant'
const problem = (code: string, more: object = {}) => ({ error: { code, message: expect.any(String) as string, ...more } })

let server: ServerProcess
beforeAll(async () => {
  const env = { OPENAI_API_KEY: 'sk-never-used', REKINDLE_MODEL: 'offline:small', REKINDLE_SECRET_CRM_TOKEN: 'hunter2' }
  server = await startServer({ env })
})
afterAll(() => server[Symbol.asyncDispose]())

const call = (method: string, where: string, body?: object, user?: string) =>
  send(server.url + where, {
    method,
    ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
    ...(user !== undefined && { user }),
  })
const edit = (changes: object) => call('PUT', path, changes)
const get = async () => (await send(server.url + path)).json.agent as Record<string, unknown> & { version: number }

describe('an agent', () => {
  it('is shown with all that can be edited, and what is shown can be sent back', async () => {
    const agent = await get()
    expect(agent).toEqual({
      id: 'assistant',
      name: 'Assistant',
      description: expect.stringContaining('Everyday help') as string,
      instructions: expect.stringContaining('You are a helpful') as string,
      model: null,
      settings: {},
      maxSteps: 8,
      reasoning: null,
      tools: ['calculator', 'current_time', 'convert_units'].map((name) => ({ name, options: {} })),
      mcpServers: [],
      ownerId: null,
      version: 1,
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    })
    const { id: _id, updatedAt: _updatedAt, ...editable } = agent
    expect((await edit(editable)).json).toMatchObject({ agent: { ...editable, version: 2 }, confirmed: true })
  })

  it('is edited in every field, in any combination, and the rest stays', async () => {
    const before = await get()
    const changes = {
      name: 'Helper',
      description: '',
      instructions: 'Hilf! 🧮',
      model: 'openai:gpt-6-luna',
      settings: { temperature: 0.2, toolChoice: { tool: 'weekday' }, providerOptions: { openai: { store: false } } },
      maxSteps: 3,
      reasoning: 'high',
      tools: ['weekday', { name: 'calculator' }, { name: 'current_time', options: { timeZone: 'Asia/Tokyo' } }],
    }
    const tools = [
      { name: 'weekday', options: {} },
      { name: 'calculator', options: {} },
      { name: 'current_time', options: { timeZone: 'Asia/Tokyo' } },
    ]
    const agent = (await edit(changes)).json.agent as typeof before
    expect(agent).toEqual({ ...before, ...changes, tools, version: agent.version, updatedAt: expect.any(String) as string })
    expect(await get()).toEqual(agent)

    const back = { model: null, reasoning: null, settings: {} }
    expect((await edit(back)).json.agent).toMatchObject({ ...changes, ...back, tools, version: agent.version + 1 })
    const { agents } = (await send(`${server.url}/api/agents`)).json
    expect(agents).toContainEqual(expect.objectContaining({ name: 'Helper', tools: ['weekday', 'calculator', 'current_time'] }))
  })

  it('is edited only by who has seen its current version, if they say which that was', async () => {
    const { version } = (await edit({ name: 'Assistant' })).json.agent as { version: number }
    const late = await edit({ name: 'Late', version: version - 1 })
    expect(late.status).toBe(409)
    expect(late.json).toEqual(problem('version-conflict', { path: 'version', currentVersion: version }))
    expect(late.json.error?.message).toContain(`at version ${version}, not ${version - 1}`)
    expect(await get()).toMatchObject({ name: 'Assistant', version })
    expect((await edit({ name: 'In time', version })).json.agent).toMatchObject({ version: version + 1 })
  })

  it.each(wrongEdits)('refuses an edit that has %s, and stays as it is', async (_what, body, field) => {
    const before = await get()
    const request = { method: 'PUT', headers: json, body: typeof body === 'string' ? body : JSON.stringify(body) }
    const reply = await send(server.url + path, request)
    expect(reply.json).toEqual(problem('invalid-request', field === undefined ? {} : { path: field }))
    expect(reply.status).toBe(400)
    expect(reply.text).not.toMatch(/sk-never|node_modules|at \w+ \(/)
    expect(await get()).toEqual(before)
  })

  const nested = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  it.each([
    ['settings', `{"settings":${nested}}`],
    ['options', `{"tools":[{"name":"weekday","options":${nested}}]}`],
  ])('refuses %s nested without end', async (_what, body) => {
    const reply = await send(server.url + path, { method: 'PUT', headers: json, body })
    expect(reply).toMatchObject({ status: 400, json: problem('invalid-request', { path: expect.any(String) as string }) })
  })

  const other: [what: string, request: RequestOptions & { path?: string }, status: number, code: string][] = [
    ['of an agent that is not there', { path: '/api/agents/nobody', body: '{"name":"x"}' }, 404, 'agent-not-found'],
    ['of an agent of a strange name', { path: '/api/agents/__proto__', body: '{"name":"x"}' }, 404, 'agent-not-found'],
    ['that is not JSON', { body: '{"name' }, 400, 'malformed-json'],
    ['that would set a prototype', { body: '{"__proto__":{}}' }, 400, 'malformed-json'],
    ['of another content type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    ['by another method', { method: 'PATCH', body: '{"name":"x"}' }, 405, 'method-not-allowed'],
    ['of all agents', { path: '/api/agents', body: '{}' }, 405, 'method-not-allowed'],
    ['by a user', { body: '{"name":"x"}', user: someone() }, 403, 'forbidden'],
    ['by nobody', { body: '{"name":"x"}', user: null }, 401, 'unauthorized'],
  ]

  it.each(other)('refuses an edit %s', async (_what, { path: elsewhere = path, ...request }, status, code) => {
    const before = await get()
    const reply = await send(server.url + elsewhere, { method: 'PUT', headers: json, ...request })
    expect(reply.json).toMatchObject(problem(code))
    expect(reply.status).toBe(status)
    expect(await get()).toEqual(before)
  })

  it('is made, edited, deleted and brought back by its user, and does not exist for others', async () => {
    const [ada, eve] = [someone(), someone()]
    const made = await call('POST', '/api/agents', { name: 'Mine', instructions: 'Only for me.' }, ada)
    const { id, ownerId } = made.json.agent as { id: string; ownerId: string }
    expect(made).toMatchObject({ status: 201, json: { agent: { ownerId: ada.split(':')[0], version: 1 }, confirmed: true } })
    const own = `/api/agents/${id}`
    expect((await call('PUT', own, { name: 'Still mine' }, ada)).json).toMatchObject({ agent: { version: 2 }, confirmed: true })
    const listed = async (user: string) => {
      const { agents } = (await call('GET', '/api/agents', undefined, user)).json
      return (agents as { id: string; editable: boolean }[]).map((agent) => [agent.id, agent.editable])
    }
    expect(await listed(ada)).toContainEqual([id, true])
    expect(await listed(ada)).toContainEqual(['assistant', false])
    expect((await listed(eve)).map(([seen]) => seen)).not.toContain(id)
    expect((await call('GET', path, undefined, eve)).status).toBe(200)
    expect((await call('GET', `${path}/versions`, undefined, eve)).json).toEqual(problem('forbidden'))

    const foreign = [
      ['GET', own],
      ['PUT', own, { name: 'x' }],
      ['DELETE', own],
      ['GET', `${own}/versions`],
      ['GET', `${own}/versions/1`],
      ['POST', `${own}/rollback`, { version: 1 }],
      ['POST', `${own}/chat`, { id: 's', messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text: 'x' }] }] }],
    ] as const
    for (const [method, where, body] of foreign) {
      const reply = await call(method, where, body, eve)
      expect(reply.json).toEqual(problem('agent-not-found'))
      expect(reply.status).toBe(404)
      expect(reply.text).toBe((await call(method, where.replace(id, 'nobody'), body, eve)).text.replaceAll('nobody', id))
    }

    expect(await call('DELETE', own, undefined, ada)).toMatchObject({ status: 204, text: '' })
    expect((await call('GET', own, undefined, ada)).status).toBe(404)
    expect((await call('GET', `${own}/versions`, undefined, ada)).json.versions).toMatchObject([
      { version: 3, deleted: true },
      { version: 2, editorId: ownerId, deleted: false },
      { version: 1, deleted: false },
    ])
    expect((await call('GET', `${own}/versions/1`, undefined, ada)).json.version).toMatchObject({ content: { name: 'Mine' } })
    expect((await call('POST', `${own}/rollback`, { version: 1 }, eve)).status).toBe(404)
    const back = await call('POST', `${own}/rollback`, { version: 1 }, ada)
    expect(back).toMatchObject({ status: 200, json: { agent: { name: 'Mine', version: 4 }, confirmed: true } })
  })

  it('is made with an id of its own choice by an admin, once', async () => {
    const fields = { id: 'chosen', name: 'x', instructions: 'x', shared: true }
    expect(await call('POST', '/api/agents', fields)).toMatchObject({
      status: 201,
      json: { agent: { id: 'chosen', ownerId: null } },
    })
    expect(await call('POST', '/api/agents', fields)).toMatchObject({
      status: 409,
      json: problem('already-exists', { path: 'id' }),
    })
    expect(await call('POST', '/api/agents', fields, someone())).toMatchObject({
      status: 400,
      json: problem('invalid-request', { path: 'id' }),
    })
    const { headers } = await call('PATCH', '/api/agents/chosen', {})
    expect(headers.allow).toBe('DELETE, GET, HEAD, PUT')
  })
})

describe.each([
  {
    kind: 'models',
    one: 'model',
    made: { id: 'openai:meta/llama', settings: { temperature: 0.5 } },
    at: '/api/models/openai%3Ameta%2Fllama',
    change: { settings: { temperature: 1 } },
    wrong: { settings: { temprature: 1 } },
    impossible: { id: 'nowhere:x' },
  },
  {
    kind: 'tools',
    one: 'tool',
    made: { name: 'statistics' },
    at: '/api/tools/statistics',
    change: { enabled: false },
    wrong: { enabled: 'no' },
    impossible: { name: 'rm' },
  },
  {
    kind: 'mcp-servers',
    one: 'mcpServer',
    made: { name: 'crm', config: { url: 'https://crm.example/mcp', headers: { Authorization: { $secret: 'CRM_TOKEN' } } } },
    at: '/api/mcp-servers/crm',
    change: { enabled: false },
    wrong: { config: { command: 'rm' } },
    impossible: { name: 'other', config: { url: 'https://x.example', headers: { Authorization: { $secret: 'OTHER' } } } },
  },
])('$kind', ({ kind, one, made, at, change, wrong, impossible }) => {
  const all = `/api/${kind}`
  beforeAll(async () => {
    if (kind !== 'tools') return
    // It is there already, and two of the samples have it.
    for (const agent of ['data-analyst']) await call('PUT', `/api/agents/${agent}`, { tools: [] })
    await call('DELETE', at)
  })

  it('are seen by everybody and changed by admins, version by version', async () => {
    const user = someone()
    const created = await call('POST', all, made)
    const { version } = created.json[one] as { version: number }
    expect(created).toMatchObject({ status: 201, json: { [one]: { ...made, version }, confirmed: true } })
    expect(await call('POST', all, made)).toMatchObject({ status: 409, json: problem('already-exists') })
    expect((await call('PUT', at, { ...change, version })).json).toMatchObject({
      [one]: { ...change, version: version + 1 },
      confirmed: true,
    })
    expect((await call('PUT', at, { ...change, version })).json).toMatchObject(problem('version-conflict'))
    expect((await call('GET', at, undefined, user)).json).toMatchObject({ [one]: { version: version + 1 } })
    expect((await call('GET', all, undefined, user)).text).toContain(Object.values(made)[0])
    const { versions } = (await call('GET', `${at}/versions`)).json as { versions: { version: number }[] }
    expect(versions.slice(0, 2)).toMatchObject([{ version: version + 1 }, { version }])
    expect((await call('POST', `${at}/rollback`, { version })).json).toMatchObject({ [one]: { ...made, version: version + 2 } })
    expect((await call('DELETE', at)).status).toBe(204)
    expect((await call('GET', at)).json).toEqual(problem(`${kind.slice(0, -1)}-not-found`))
    expect((await call('POST', `${at}/rollback`, { version })).json).toMatchObject({ [one]: { ...made, version: version + 4 } })
  })

  it('are not changed by users, nor into what this server cannot use', async () => {
    const user = someone()
    const attempts = [
      ['POST', all, made],
      ['PUT', at, change],
      ['DELETE', at],
      ['GET', `${at}/versions`],
      ['GET', `${at}/versions/1`],
      ['POST', `${at}/rollback`, { version: 1 }],
    ] as const
    for (const [method, where, body] of attempts) {
      expect(await call(method, where, body, user)).toMatchObject({ status: 403, json: problem('forbidden') })
    }
    expect(await call('PUT', at, wrong)).toMatchObject({ status: 400, json: problem('invalid-request') })
    expect(await call('POST', all, impossible)).toMatchObject({ status: 400, json: problem('invalid-request') })
  })
})

it('says what there is besides, and shows how servers are reached to admins alone', async () => {
  expect((await call('GET', '/api/models')).json).toMatchObject({ known: ['openai', 'offline'], defaultModel: 'offline:small' })
  expect((await call('GET', '/api/tools')).json).toMatchObject({ available: [] })
  const servers = await call('GET', '/api/mcp-servers')
  expect(servers.json).toMatchObject({
    mcpServers: [{ config: { headers: { Authorization: { $secret: 'CRM_TOKEN' } } } }],
    local: [],
  })
  expect(servers.text).not.toContain('hunter2')
  for (const where of ['/api/mcp-servers', '/api/mcp-servers/crm']) {
    expect((await call('GET', where, undefined, someone())).text).not.toContain('crm.example')
  }
})

it('says who uses what cannot be deleted', async () => {
  const reply = await call('DELETE', '/api/tools/schedule')
  expect(reply).toMatchObject({ status: 409, json: problem('in-use', { usedBy: ['planner'] }) })
})
