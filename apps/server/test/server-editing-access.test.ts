import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edit } from './editing-client.ts'
import { json, send } from './http-client.ts'
import type { RequestOptions } from './http-client.ts'
import { startServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

const path = '/api/agents/assistant'
const problem = (code: string, more: object = {}) => ({ error: { code, message: expect.any(String) as string, ...more } })

describe('an agent', () => {
  let server: ServerProcess
  beforeAll(async () => {
    server = await startServer({ env: { OPENAI_API_KEY: 'sk-never-used', REKINDLE_MODEL: 'offline:small' } })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const get = async () => (await send(server.url + path)).json.agent as Record<string, unknown>

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
      version: 1,
      updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    })
    const { id: _id, updatedAt: _updatedAt, ...editable } = agent
    expect((await edit(server, editable)).json).toMatchObject({ agent: { ...editable, version: 2 }, confirmed: true })
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
    const { agent } = (await edit(server, changes)).json
    expect(agent).toEqual({ ...before, ...changes, tools, version: agent.version, updatedAt: expect.any(String) as string })
    expect(await get()).toEqual(agent)

    const back = { model: null, reasoning: null, settings: {} }
    expect((await edit(server, back)).json.agent).toMatchObject({ ...changes, ...back, tools, version: agent.version + 1 })
    const { agents } = (await send(`${server.url}/api/agents`)).json
    expect(agents).toContainEqual(expect.objectContaining({ name: 'Helper', tools: ['weekday', 'calculator', 'current_time'] }))
  })

  it('is edited only by who has seen its current version, if they say which that was', async () => {
    const { version } = (await edit(server, { name: 'Assistant' })).json.agent
    const late = await edit(server, { name: 'Late', version: version - 1 })
    expect(late.status).toBe(409)
    expect(late.json).toEqual(problem('version-conflict', { path: 'version', currentVersion: version }))
    expect(late.json.error?.message).toContain(`at version ${version}, not ${version - 1}`)
    expect(await get()).toMatchObject({ name: 'Assistant', version })
    expect((await edit(server, { name: 'In time', version })).json.agent.version).toBe(version + 1)
  })

  type Case = [what: string, body: object | string, field?: string]
  const nested = `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`
  const cases: Case[] = [
    ['no change', {}],
    ['a version alone', { version: 1 }],
    ['a list', []],
    ['null', 'null'],
    ['an unknown field', { name: 'x', id: 'y' }, 'id'],
    ['an unknown field of a long name', { ['x'.repeat(500)]: 1 }, 'x'.repeat(100)],
    ['an unknown field that looks like a path', { 'a.b': 1 }, '["a.b"]'],
    ['no name', { name: '' }, 'name'],
    ['a name that is null', { name: null }, 'name'],
    ['a name without end', { name: 'x'.repeat(101) }, 'name'],
    ['a name with a NUL', { name: 'a\0b' }, 'name'],
    ['half a character', { instructions: 'a\ud800b' }, 'instructions'],
    ['no instructions', { instructions: '' }, 'instructions'],
    ['instructions without end', { instructions: 'x'.repeat(100_001) }, 'instructions'],
    ['a description that is a number', { description: 7 }, 'description'],
    ['a model without provider', { model: 'small' }, 'model'],
    ['a model without name', { model: 'offline:' }, 'model'],
    ['a model of a provider that is not set up', { model: 'anthropic:claude-haiku-5-5' }, 'model'],
    ['a model of a strange provider', { model: '__proto__:x' }, 'model'],
    ['a model that its provider has not', { model: 'offline:large' }, 'model'],
    ['settings that are a list', { settings: [] }, 'settings'],
    ['settings that are null', { settings: null }, 'settings'],
    ['an unknown setting', { settings: { temprature: 1 } }, 'settings.temprature'],
    ['a setting of the wrong type', { settings: { temperature: 'hot' } }, 'settings.temperature'],
    [
      'a number that is none',
      '{"settings":{"providerOptions":{"openai":{"x":[1e999]}}}}',
      'settings.providerOptions.openai.x[0]',
    ],
    ['a secret', { settings: { providerOptions: { openai: { key: { $secret: 'X' } } } } }, 'settings.providerOptions.openai.key'],
    ['settings without end', { settings: { stopSequences: ['x'.repeat(20_000)] } }, 'settings'],
    ['a choice of a tool that the agent has not', { settings: { toolChoice: { tool: 'schedule' } } }, 'settings.toolChoice.tool'],
    ['no steps', { maxSteps: 0 }, 'maxSteps'],
    ['half a step', { maxSteps: 1.5 }, 'maxSteps'],
    ['endless steps', { maxSteps: 101 }, 'maxSteps'],
    ['an unknown reasoning level', { reasoning: 'hardest' }, 'reasoning'],
    ['reasoning that is a switch', { reasoning: true }, 'reasoning'],
    ['tools that are an object', { tools: {} }, 'tools'],
    ['a tool that is a number', { tools: ['calculator', 7] }, 'tools[1]'],
    ['a tool without name', { tools: [{ options: {} }] }, 'tools[0].name'],
    ['an unknown tool', { tools: ['calculator', 'rm'] }, 'tools[1]'],
    ['a tool of a strange name', { tools: ['__proto__'] }, 'tools[0]'],
    ['a tool twice', { tools: ['weekday', 'calculator', { name: 'weekday' }] }, 'tools[2]'],
    ['too many tools', { tools: Array.from({ length: 51 }, (_, at) => `tool-${at}`) }, 'tools'],
    ['an unknown field of a tool', { tools: [{ name: 'weekday', option: {} }] }, 'tools[0].option'],
    ['options that are a list', { tools: [{ name: 'weekday', options: [] }] }, 'tools[0].options'],
    ['options for a tool that takes none', { tools: [{ name: 'calculator', options: { x: 1 } }] }, 'tools[0].options'],
    ['a version that is a text', { name: 'x', version: '1' }, 'version'],
  ]

  it.each(cases)('refuses an edit that has %s, and stays as it is', async (_what, body, field) => {
    const before = await get()
    const request = { method: 'PUT', headers: json, body: typeof body === 'string' ? body : JSON.stringify(body) }
    const reply = await send(server.url + path, request)
    expect(reply.json).toEqual(problem('invalid-request', field === undefined ? {} : { path: field }))
    expect(reply.status).toBe(400)
    expect(reply.text).not.toMatch(/sk-never|node_modules|at \w+ \(/)
    expect(await get()).toEqual(before)
  })

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
    [
      'by a page of another site',
      { body: '{"name":"x"}', headers: { ...json, origin: 'https://evil.example' } },
      403,
      'cross-site',
    ],
    [
      'by a page whose name was made to point here',
      { body: '{"name":"x"}', headers: { ...json, origin: 'http://evil.example', host: 'evil.example' } },
      403,
      'forbidden',
    ],
    ['through a proxy', { body: '{"name":"x"}', headers: { ...json, 'x-forwarded-for': '10.0.0.1' } }, 403, 'forbidden'],
  ]

  it.each(other)('refuses an edit %s', async (_what, { path: elsewhere = path, ...request }, status, code) => {
    const before = await get()
    const reply = await send(server.url + elsewhere, { method: 'PUT', headers: json, ...request })
    expect(reply.json).toEqual(problem(code))
    expect(reply.status).toBe(status)
    expect(await get()).toEqual(before)
  })

  it('is edited by a page of this server', async () => {
    const request = { method: 'PUT', headers: { ...json, origin: server.url }, body: '{"name":"Edited"}' }
    expect((await send(server.url + path, request)).status).toBe(200)
  })

  it('is not found when it is not there, and listed where the server says what it has', async () => {
    const reply = await send(`${server.url}/api/agents/nobody`)
    expect(reply).toMatchObject({ status: 404, json: problem('agent-not-found') })
    const allowed = await send(server.url + path, { method: 'DELETE' })
    expect(allowed).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, PUT' } })
    expect((await send(server.url)).json.endpoints).toHaveProperty(['PUT /api/agents/:agentId'])
  })
})

describe('who may edit', () => {
  const token = 'correct-horse-battery-staple'
  const asWho = async (server: ServerProcess, authorization?: string) => {
    const headers = { ...json, ...(authorization !== undefined && { authorization }) }
    const put = await send(server.url + path, { method: 'PUT', headers, body: '{"name":"x"}' })
    const get = await send(server.url + path, { headers })
    expect(get.status).toBe(put.status)
    return put
  }

  it('is whoever has the token, if there is one, which is in no log', async () => {
    await using server = await startServer({ env: { REKINDLE_ADMIN_TOKEN: token, REKINDLE_LOG: 'trace' } })
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      'Bearer wrong',
      `Bearer ${token}x`,
      `Basic ${token}`,
      token,
      `Bearer  x ${token}`,
    ]) {
      const reply = await asWho(server, wrong)
      expect(reply.json).toEqual(problem('unauthorized'))
      expect(reply).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } })
    }
    for (const right of [`Bearer ${token}`, `bearer ${token}`]) expect((await asWho(server, right)).status).toBe(200)
    // What needs no editor needs no token.
    expect((await send(`${server.url}/api/agents`)).status).toBe(200)
    expect(await server.stop()).toBe(0)
    expect(server.stdout + server.stderr).not.toContain(token)
    expect(server.stderr).toContain('an agent was edited')
  })

  it('is nobody while others can reach the server and there is no token', async () => {
    await using server = await startServer({ env: { HOST: '0.0.0.0' } })
    const reply = await asWho(server, `Bearer ${token}`)
    expect(reply).toMatchObject({ status: 403, json: problem('forbidden') })
    expect(reply.json.error?.message).toContain('set REKINDLE_ADMIN_TOKEN')
    expect((await send(`${server.url}/api/agents`)).status).toBe(200)
  })

  it('is whoever has the token wherever the server listens', async () => {
    await using server = await startServer({ env: { HOST: '0.0.0.0', REKINDLE_ADMIN_TOKEN: token } })
    expect((await asWho(server, `Bearer ${token}`)).json).toMatchObject({ confirmed: true })
    expect((await asWho(server)).status).toBe(401)
  })
})
