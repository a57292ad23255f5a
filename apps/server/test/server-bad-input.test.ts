import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chat, chatBody, identified, json, send, userMessage } from './http-client.ts'
import type { RequestOptions } from './http-client.ts'
import { startServer } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { Client } from './web-socket-client.ts'

const limit = 10_000
let server: ServerProcess
let worker: unknown

beforeAll(async () => {
  server = await startServer({ env: { REKINDLE_MAX_MESSAGE_BYTES: String(limit), REKINDLE_LOG: 'info' } })
  worker = (await send(`${server.url}/livez`)).json.worker
})
afterAll(() => server[Symbol.asyncDispose]())

const conversation = (messages: unknown, more: object = {}) => JSON.stringify({ id: 'chat-1', messages, ...more })
const saying = (...parts: unknown[]) => conversation([{ id: '1', role: 'user', parts }])
const text = { type: 'text', text: 'hunter2' }
const message = userMessage('hunter2')

describe('a bad chat request', () => {
  const path = '/api/agents/assistant/chat'
  type Case = [what: string, request: RequestOptions & { path?: string }, status: number, code: string, field?: string]
  const cases: Case[] = [
    ['malformed JSON', { body: '{"id": "hunter2' }, 400, 'malformed-json'],
    ['an empty body', { body: '' }, 400, 'malformed-json'],
    ['JSON that would set a prototype', { body: '{"__proto__":{"x":1}}' }, 400, 'malformed-json'],
    ['JSON that is no object', { body: '[1]' }, 400, 'invalid-request'],
    ['another content type', { body: 'x', headers: { 'content-type': 'text/plain' } }, 415, 'unsupported-media-type'],
    ['no content type', { body: chatBody('hunter2'), headers: {} }, 415, 'unsupported-media-type'],
    ['an oversized message', { body: chatBody('x'.repeat(limit)) }, 413, 'message-too-large'],
    ['a message beyond all bounds', { body: chatBody('x'.repeat(limit * 20)) }, 413, 'message-too-large'],
    [
      'an oversized message of undeclared length',
      { body: chatBody('x'.repeat(limit)), headers: { ...json, 'transfer-encoding': 'chunked' } },
      413,
      'message-too-large',
    ],
    ['an unknown agent', { path: '/api/agents/nobody/chat', body: chatBody('hunter2') }, 404, 'agent-not-found'],
    ['an agent of a strange name', { path: '/api/agents/__proto__/chat', body: chatBody('hunter2') }, 404, 'agent-not-found'],
    ['a path that cannot be decoded', { path: '/api/agents/%E0%A4%A/chat', body: chatBody('hunter2') }, 400, 'bad-request'],
    ['no session', { body: JSON.stringify({ messages: [message] }) }, 400, 'invalid-request', 'id'],
    ['a session that is a number', { body: conversation([message], { id: 7 }) }, 400, 'invalid-request', 'id'],
    ['a session of endless length', { body: conversation([message], { id: 'x'.repeat(300) }) }, 400, 'invalid-request', 'id'],
    ['no messages', { body: JSON.stringify({ id: '1' }) }, 400, 'invalid-request', 'messages'],
    ['an empty conversation', { body: conversation([]) }, 400, 'invalid-request', 'messages'],
    ['messages that are an object', { body: conversation({ 0: message }) }, 400, 'invalid-request', 'messages'],
    ['a message that is null', { body: conversation([message, null]) }, 400, 'invalid-request', 'messages[1]'],
    ['a message without parts', { body: conversation([{ id: '1', role: 'user' }]) }, 400, 'invalid-request', 'messages[0].parts'],
    [
      'a text that is a number',
      { body: saying(text, { type: 'text', text: 5 }) },
      400,
      'invalid-request',
      'messages[0].parts[1].text',
    ],
    ['a part of no known type', { body: saying({ type: 'nope' }) }, 400, 'invalid-request', 'messages[0].parts[0].type'],
    ['an unknown role', { body: conversation([{ ...message, role: 'root' }]) }, 400, 'invalid-request', 'messages[0].role'],
    [
      'instructions of its own',
      { body: conversation([{ ...message, role: 'system' }, message]) },
      400,
      'invalid-request',
      'messages[0].role',
    ],
    [
      'a file elsewhere',
      { body: saying({ type: 'file', mediaType: 'image/png', url: 'http://169.254.169.254/' }) },
      400,
      'invalid-request',
      'messages[0].parts[0].url',
    ],
    [
      'an unknown reasoning level',
      { body: conversation([message], { reasoning: 'hardest' }) },
      400,
      'invalid-request',
      'reasoning',
    ],
    ['reasoning that is a number', { body: conversation([message], { reasoning: 3 }) }, 400, 'invalid-request', 'reasoning'],
    ['an unknown trigger', { body: conversation([message], { trigger: 'x' }) }, 400, 'invalid-request', 'trigger'],
    [
      'a page of another site',
      { body: chatBody('hunter2'), headers: { ...json, origin: 'https://evil.example' } },
      403,
      'cross-site',
    ],
    ['a page without an origin', { body: chatBody('hunter2'), headers: { ...json, origin: 'null' } }, 403, 'cross-site'],
    ['another method', { method: 'PUT', body: '{' }, 405, 'method-not-allowed'],
    ['a method without a body', { method: 'GET' }, 405, 'method-not-allowed'],
  ]

  it.each(cases)('is told what is wrong: %s', async (_what, { path: elsewhere, ...request }, status, code, field) => {
    const reply = await send(`${server.url}${elsewhere ?? path}`, { method: 'POST', headers: json, ...request })
    expect(reply.json).toEqual({ error: { code, message: expect.any(String) as string, ...(field && { path: field }) } })
    expect(reply.status).toBe(status)
    expect(reply.text).not.toMatch(/hunter2|node_modules|at \w+ \(/)
    expect((await send(`${server.url}/livez`)).json.worker).toBe(worker)
  })

  it('leaves the connection open for the next request', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const head = [`POST ${path} HTTP/1.1`, 'host: localhost', `authorization: ${identified()['authorization']}`]
    const lines = (body: string, more: string[] = []) =>
      [...head, 'content-type: application/json', `content-length: ${body.length}`, ...more, '', body].join('\r\n')
    socket.write(['{"id":1}', '{"id', '', '{"__proto__":{}}', 'x'.repeat(limit * 2)].map((body) => lines(body)).join(''))
    socket.write(lines(chatBody('What is 1 + 1?'), ['connection: close']))
    const replies = await textOf(socket)
    expect(replies.match(/HTTP\/1\.1 \d+/g)).toEqual([400, 400, 400, 400, 413, 200].map((status) => `HTTP/1.1 ${status}`))
  })

  it('is welcome from a page of this server', async () => {
    const headers = { ...json, origin: server.url }
    expect((await send(`${server.url}${path}`, { headers, body: chatBody('What is 1 + 1?') })).status).toBe(200)
  })
})

describe('what is no request to the chat', () => {
  it.each([
    ['/nope', 404, 'not-found'],
    ['/api/agents/assistant/', 404, 'not-found'],
    ['/.env', 404, 'not-found'],
    ['/api/agents/../../etc/passwd', 404, 'not-found'],
    [`/api/agents/${'x'.repeat(300)}/chat`, 414, 'bad-request'],
    ['/ws', 426, 'upgrade-required'],
  ])('is refused: %s', async (path, status, code) => {
    const reply = await send(`${server.url}${path}`)
    expect(reply.json).toEqual({ error: { code, message: expect.any(String) as string } })
    expect(reply.status).toBe(status)
  })

  it('is refused in the same shape when it is no HTTP', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('hunter2\r\n\r\n')
    const reply = await textOf(socket)
    expect(reply).toContain('HTTP/1.1 400 Bad Request')
    expect(JSON.parse(reply.slice(reply.indexOf('{')))).toEqual({
      error: { code: 'bad-request', message: expect.any(String) as string },
    })
  })

  it('is served as plain HTTP when it asks for another protocol', async () => {
    const headers = { ...json, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' }
    const reply = await send(`${server.url}/api/agents/assistant/chat`, { headers, body: chatBody('What is 1 + 1?') })
    expect(reply.status).toBe(200)
  })
})

describe('a bad WebSocket message', () => {
  let client: Client
  beforeAll(async () => {
    client = await Client.open(server)
  })
  afterAll(() => client[Symbol.dispose]())
  beforeEach(() => void client.messages.splice(0))

  const turn = { type: 'turn', id: 't', agentId: 'assistant', sessionId: 's', message }
  type Case = [what: string, message: object | string, code: string, field?: string | undefined, id?: string]
  const cases: Case[] = [
    ['malformed JSON', '{"type": "turn", "hunter2', 'malformed-json'],
    ['nothing', '', 'malformed-json'],
    ['null', 'null', 'invalid-request'],
    ['bytes', Buffer.from('{}'), 'malformed-json'],
    ['an unknown type', { type: 'dance', id: 't' }, 'invalid-request', 'type', 't'],
    ['a turn without an id', { ...turn, id: undefined }, 'invalid-request', 'id'],
    ['an id that is a number', { ...turn, id: 3 }, 'invalid-request', 'id'],
    ['no agent', { ...turn, agentId: undefined }, 'invalid-request', 'agentId', 't'],
    ['an unknown agent', { ...turn, agentId: 'nobody' }, 'agent-not-found', undefined, 't'],
    ['no session', { ...turn, sessionId: '' }, 'invalid-request', 'sessionId', 't'],
    [
      'a text that is a number',
      { ...turn, message: { ...message, parts: [text, { type: 'text', text: 5 }] } },
      'invalid-request',
      'message.parts[1].text',
      't',
    ],
    ['instructions of its own', { ...turn, message: { ...message, role: 'system' } }, 'invalid-request', 'message.role', 't'],
    ['an unknown reasoning level', { ...turn, reasoning: 'hardest' }, 'invalid-request', 'reasoning', 't'],
    ['an oversized message', { ...turn, message: userMessage('x'.repeat(limit)) }, 'message-too-large'],
  ]

  it.each(cases)('is told what is wrong, and the connection goes on: %s', async (_what, bad, code, field, id) => {
    if (bad instanceof Buffer) client.socket.send(bad)
    else client.say(bad)
    expect(await client.nextError(0)).toEqual({
      type: 'error',
      ...(id && { id }),
      error: { code, message: expect.any(String) as string, ...(field && { path: field }) },
    })
    client.turn('after', 'What is 12 * 7?')
    expect(await client.outcome('after')).toEqual({ type: 'end', id: 'after' })
    expect(client.answer('after')).toBe('12 * 7 = 84')
    expect(client.served('after').worker).toBe(worker)
  })

  it('to cancel what is not running is answered by nothing', async () => {
    client.say({ type: 'cancel', id: 'gone' })
    client.turn('after', 'What is 12 * 7?')
    await client.outcome('after')
    expect(client.said('gone')).toEqual([])
  })

  it('ends its connection, and no other, when it is beyond all bounds', async () => {
    using flooder = await Client.open(server)
    flooder.say('x'.repeat(limit * 10))
    await expect.poll(() => flooder.closed).toBe(1009)
    client.turn('after', 'What is 12 * 7?')
    expect((await client.outcome('after')).type).toBe('end')
  })

  it('does not come from a page of another site: its connection is refused', async () => {
    await expect(Client.open(server, { origin: 'https://evil.example' })).rejects.toThrow('Unexpected server response: 403')
  })
})

it('has survived all of this, with nothing in its log of what was sent', async () => {
  expect((await chat(server)).served.worker).toBe(worker)
  expect(await server.stop()).toBe(0)
  expect(server.stderr).toContain('"statusCode":400')
  expect(server.stderr).not.toMatch(/hunter2|rekindle_session|Basic |What is 12/)
})
