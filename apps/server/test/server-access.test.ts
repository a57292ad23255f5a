import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { developer, json, send } from './http-client.ts'
import type { Reply, RequestOptions } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { bearer, issuerSettings, tokenOf } from './token-issuer.ts'
import { Client } from './web-socket-client.ts'

const adminToken = 'correct-horse-battery-staple'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer({
    env: { ...issuerSettings, REKINDLE_ADMIN_TOKEN: adminToken, REKINDLE_LOG: 'trace', REKINDLE_OFFLINE_PACE_MS: '5' },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const me = (headers: Readonly<Record<string, string>>) => send(`${server.url}/api/me`, { headers, user: null })
const post = (path: string, body: object, more: RequestOptions = {}) =>
  send(server.url + path, { method: 'POST', headers: json, body: JSON.stringify(body), ...more })
const cookieOf = (reply: Reply): string => reply.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
const signIn = async (body: object) => {
  const reply = await post('/api/login', body, { user: null })
  expect(reply.status).toBe(200)
  return cookieOf(reply)
}
const problem = (code: string, more: object = {}) => ({ error: { code, message: expect.any(String) as string, ...more } })
const unauthorized = problem('unauthorized', { developmentLogin: true })

describe('who asks', () => {
  it('is whom the token names, and an admin if it says so', async () => {
    expect((await me(bearer(await tokenOf('alice', { name: 'Alice' })))).json).toEqual({
      identity: { userId: 'alice', role: 'user', via: 'token', expiresAt: expect.any(Number) as number },
      developmentLogin: true,
    })
    expect((await me(bearer(await tokenOf('root', { roles: ['admin'] })))).json).toMatchObject({ identity: { role: 'admin' } })
  })

  it('is the server’s own admin with the admin token', async () => {
    expect((await me(bearer(adminToken))).json.identity).toEqual({ userId: 'service:admin', role: 'admin', via: 'admin-token' })
  })

  it('is a developer of whatever name on this machine, and on no other', async () => {
    const { identity } = (await send(`${server.url}/api/me`, { user: 'dora:admin' })).json
    expect(identity).toEqual({ userId: 'dora', role: 'admin', via: 'development' })
    const authorization = `Basic ${Buffer.from('dora:admin').toString('base64')}`
    for (const elsewhere of [
      { host: 'evil.example' },
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 x' },
    ]) {
      const reply = await me({ authorization, ...elsewhere })
      expect(reply).toMatchObject({ status: 401, json: problem('unauthorized', { developmentLogin: false }) })
    }
    for (const user of ['dora:root', ':admin', 'service:admin:admin', 'a\nb:user']) {
      expect((await send(`${server.url}/api/me`, { user })).json).toEqual(unauthorized)
    }
  })

  it('is nobody without any of this, which opens nothing but what is for anybody', async () => {
    for (const path of ['/api/me', '/api/agents', '/api/agents/assistant', '/api/keys', '/api/stats']) {
      const reply = await send(server.url + path, { user: null })
      expect([path, reply.status, reply.json]).toEqual([path, 401, unauthorized])
      expect(reply.headers['www-authenticate']).toBe('Bearer')
    }
    expect((await post('/api/agents/assistant/chat', {}, { user: null })).json).toEqual(unauthorized)
    await expect(Client.open(server, {}, null)).rejects.toThrow('Unexpected server response: 401')
    for (const path of ['/livez', '/readyz']) expect((await send(server.url + path, { user: null })).status).toBe(200)
  })

  it('is nobody when what is shown is wrong, whatever else is shown that is right', async () => {
    const token = await tokenOf('alice')
    const cookie = await signIn({ token })
    for (const authorization of [
      '',
      'Bearer',
      `Bearer ${token}x`,
      `Bearer ${token} ${token}`,
      `Bearer ${adminToken}x`,
      `Basic ${adminToken}`,
      `Digest ${token}`,
      adminToken,
      `Bearer ${await tokenOf('alice', {}, -10)}`,
      `Bearer ${await tokenOf('alice', { nbf: 4e9 })}`,
      `Bearer ${await tokenOf('alice', { iss: 'https://evil.example' })}`,
      `Bearer ${await tokenOf('alice', { aud: 'billing' })}`,
      `Bearer ${await tokenOf('service:admin')}`,
    ]) {
      expect((await me({ authorization, cookie })).json).toEqual(unauthorized)
    }
  })
})

describe('a session in a browser', () => {
  it('is whoever signed in, until they sign out', async () => {
    const cookie = await signIn({ token: await tokenOf('alice') })
    expect((await me({ cookie })).json).toMatchObject({ identity: { userId: 'alice', role: 'user', via: 'token' } })
    using client = await Client.open(server, { cookie })
    client.turn('1', 'What is 12 * 7?')
    expect((await client.outcome('1')).type).toBe('end')
    const out = await post('/api/logout', {}, { headers: { ...json, cookie } })
    expect(out.status).toBe(204)
    expect(out.headers['set-cookie']?.[0]).toMatch(/^rekindle_session=; Max-Age=0;/)
  })

  it('begins with a token, a key or, for developers, a name; nothing else', async () => {
    expect((await post('/api/login', { userId: 'dora', role: 'admin' })).json).toMatchObject({
      identity: { userId: 'dora', role: 'admin', via: 'development', expiresAt: expect.any(Number) as number },
    })
    expect((await post('/api/login', { token: adminToken })).json).toMatchObject({ identity: { via: 'admin-token' } })
    for (const body of [{ token: 'nope' }, { token: `${adminToken}x` }, { userId: 'service:admin' }, { userId: ' ' }]) {
      const reply = await post('/api/login', body)
      expect(reply).toMatchObject({ status: 401, json: unauthorized })
      expect(reply.headers['set-cookie']).toBeUndefined()
    }
    for (const body of [{}, { token: 5 }, { userId: 'x', role: 'root' }, { token: 'x', userId: 'y' }]) {
      expect((await post('/api/login', body)).json).toMatchObject(problem('invalid-request'))
    }
  })

  it('is not begun or ended by a page of another site', async () => {
    const headers = { ...json, origin: 'https://evil.example' }
    expect((await post('/api/login', { userId: 'dora' }, { headers })).json).toEqual(problem('cross-site'))
    expect((await post('/api/logout', {}, { headers })).json).toEqual(problem('cross-site'))
  })

  it('is of no use altered, or to a developer’s name elsewhere', async () => {
    const alice = await signIn({ userId: 'alice' })
    const [name, value = ''] = alice.split('=', 2)
    const [payload = '', signature = ''] = decodeURIComponent(value).split('.')
    const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const bob = Buffer.from(JSON.stringify({ ...session, userId: 'bob' })).toString('base64url')
    for (const forged of [`${bob}.${signature}`, payload, `${payload}.`, `${payload}.${signature.toLowerCase()}`]) {
      expect((await me({ cookie: `${name}=${forged}` })).json).toEqual(unauthorized)
    }
    expect((await me({ cookie: alice })).status).toBe(200)
    expect((await me({ cookie: alice, 'x-forwarded-for': '127.0.0.1' })).status).toBe(401)
  })
})

describe('an API key', () => {
  type Made = Reply['json'] & { readonly key: { readonly id: string }; readonly secret: string }
  const make = async (body: object) => (await post('/api/keys', body)).json as Made

  it('is made by an admin, for a service of that name and role, and works until it is deleted', async () => {
    const { key, secret } = await make({ name: 'billing', role: 'admin', expiresInDays: 1 })
    const { identity } = (await me(bearer(secret))).json
    expect(identity).toEqual({
      userId: 'service:billing',
      role: 'admin',
      via: 'api-key',
      expiresAt: expect.any(Number) as number,
    })
    const cookie = await signIn({ token: secret })
    expect((await me({ cookie })).json).toMatchObject({ identity: { userId: 'service:billing', via: 'api-key' } })
    const list = await send(`${server.url}/api/keys`)
    expect(list.json.keys).toContainEqual(key)
    expect(list.text).not.toContain(secret.slice(20))

    expect((await send(`${server.url}/api/keys/${key.id}`, { method: 'DELETE' })).status).toBe(204)
    expect((await me(bearer(secret))).json).toEqual(unauthorized)
    expect((await me({ cookie })).json).toEqual(unauthorized)
    const again = await send(`${server.url}/api/keys/${key.id}`, { method: 'DELETE' })
    expect(again).toMatchObject({ status: 404, json: problem('key-not-found') })
  })

  it.each([
    [{}, 'name'],
    [{ name: 'admin' }, 'name'],
    [{ name: 'a b' }, 'name'],
    [{ name: 'x', role: 'root' }, 'role'],
    [{ name: 'x', expiresInDays: 0 }, 'expiresInDays'],
    [{ name: 'x', secret: 'mine' }, 'secret'],
  ])('is not made of %j', async (body, path) => {
    expect((await post('/api/keys', body)).json).toEqual(problem('invalid-request', { path }))
  })
})

describe('what only admins may do', () => {
  it.each([
    ['GET', '/api/keys'],
    ['POST', '/api/keys'],
    ['DELETE', '/api/keys/x'],
    ['GET', '/api/fleet'],
    ['GET', '/api/advice'],
    ['GET', '/metrics'],
    ['POST', '/api/cache/invalidate'],
  ])('is forbidden to users: %s %s', async (method, path) => {
    const request = { method, headers: json, ...(method === 'POST' && { body: '{"name":"x"}' }) }
    const reply = await send(server.url + path, { ...request, user: 'alice:user' })
    expect(reply).toMatchObject({ status: 403, json: problem('forbidden') })
    expect((await send(server.url + path, { ...request, user: developer })).status).not.toBe(403)
  })
})

describe('another user’s conversation', () => {
  const sessionId = 'a-session-that-others-know-of'

  it('does not exist, for users and admins alike, while its turn runs and afterwards', async () => {
    using alice = await Client.open(server, {}, 'alice:user')
    alice.turn('turn-1', 'Hello', { sessionId })
    await until(() => alice.answer('turn-1') !== '')

    for (const user of ['bob:user', 'bob:admin', 'service:admin']) {
      const shown = user === 'service:admin' ? { headers: bearer(adminToken) } : { user }
      const ask = (method: string, path = '', body?: object) =>
        send(`${server.url}/api/sessions/${sessionId}${path}`, {
          method,
          ...shown,
          headers: { ...(body && json), ...shown.headers },
          ...(body && { body: JSON.stringify(body) }),
        })
      for (const reply of [
        await ask('GET'),
        await ask('PATCH', '', { title: 'Mine' }),
        await ask('POST', '/cancel', {}),
        await ask('DELETE'),
      ]) {
        expect(reply).toMatchObject({ status: 404, json: problem('session-not-found') })
      }
      const stream = await send(`${server.url}/api/agents/assistant/chat/${sessionId}/stream`, shown)
      expect(stream).toMatchObject({ status: 204, text: '' })
      expect((await send(`${server.url}/api/sessions`, shown)).text).not.toContain(sessionId)
    }

    using bob = await Client.open(server, {}, 'bob:user')
    bob.say({ type: 'cancel', id: 'turn-1', sessionId })
    bob.say({ type: 'resume', id: 'turn-1', sessionId })
    expect(await bob.outcome('turn-1')).toMatchObject({ type: 'error', error: { code: 'turn-not-found' } })
    expect((await alice.outcome('turn-1')).type).toBe('end')
    expect(alice.answer('turn-1')).toContain('small offline model')
  })

  it('is not joined by who uses its name', async () => {
    using bob = await Client.open(server, {}, 'bob:user')
    bob.turn('turn-1', 'What is 12 * 7?', { sessionId })
    expect(await bob.outcome('turn-1')).toEqual({ type: 'end', id: 'turn-1' })
    const messagesOf = async (user: string) =>
      ((await send(`${server.url}/api/sessions/${sessionId}`, { user })).json.messages as object[]).length
    expect([await messagesOf('alice:user'), await messagesOf('bob:user')]).toEqual([2, 2])
  })
})

describe('a WebSocket', () => {
  it('is closed when the login that it was opened with is over', async () => {
    using client = await Client.open(server, bearer(await tokenOf('alice', {}, 1)))
    using other = await Client.open(server, bearer(await tokenOf('alice', {}, 60)))
    await until(() => client.closed !== undefined)
    expect(client.closed).toBe(4401)
    expect(other.closed).toBeUndefined()
  })
})

it('there is nothing of tokens, keys and cookies in the log, nor of what was said', async () => {
  await until(() => server.stderr.includes('a login was refused'))
  expect(await server.stop()).toBe(0)
  const log = server.stdout + server.stderr
  for (const line of [
    '"path":"/api/me","statusCode":200',
    '"userId":"alice"',
    '"why":"ERR_JWT_EXPIRED"',
    'an API key was made',
  ]) {
    expect(log).toContain(line)
  }
  const secrets = /eyJ|correct-horse|rk_[0-9a-f]{16}_|rekindle_session|Basic |Bearer |thirty-two|authorization/i
  expect(log.split('\n').filter((line) => secrets.test(line))).toEqual([])
  expect(server.stderr).not.toContain('12 * 7')
})
