import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, send } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { bearer, issuerSettings, tokenOf } from './token-issuer.ts'
import { Client } from './web-socket-client.ts'

const requests = 30
const sockets = 2
const connections = 20

/** In production, behind a proxy: the last address in X-Forwarded-For is its client's. */
let server: ServerProcess
beforeAll(async () => {
  server = await startServer({
    env: {
      ...issuerSettings,
      NODE_ENV: 'production',
      REKINDLE_TRUSTED_PROXIES: '1',
      REKINDLE_REQUESTS_PER_MINUTE: String(requests),
      REKINDLE_SOCKETS_PER_USER: String(sockets),
      REKINDLE_MAX_CONNECTIONS: String(connections),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const me = (headers: Readonly<Record<string, string>>, from = '192.0.2.1') =>
  send(`${server.url}/api/me`, { headers: { 'x-forwarded-for': from, ...headers }, user: null })
/** The statuses of so many requests, one after the other. */
async function statuses(times: number, ask: (at: number) => Promise<{ readonly status: number }>): Promise<number[]> {
  const all: number[] = []
  for (let at = 0; at < times; at++) all.push((await ask(at)).status)
  return all
}
const tooMany = { error: { code: 'too-many-requests', message: expect.any(String) as string } }

// First: its connections would be turned away while the server has not heard of the end of others.
describe('a client that takes its time', () => {
  it('is told so and sent away, whether it says nothing or a byte at a time', async () => {
    await using open = new AsyncDisposableStack()
    const began = performance.now()
    const silent = await plainConnection(open)
    const slow = spawn('bash', ['-c', dripping, 'drip', new URL(server.url).port], { stdio: ['ignore', 'pipe', 'ignore'] })
    open.defer(() => void slow.kill())
    const replies = await Promise.all([toldUntilClosed(silent.socket), toldUntilClosed(slow.stdout)])
    for (const reply of replies) expect(reply).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n.*"code":"request-timeout"/s)
    expect(performance.now() - began).toBeLessThan(8_000)
  })
})

describe('in production', () => {
  it('nobody signs in with a name alone', async () => {
    const basic = await send(`${server.url}/api/me`, { user: 'dora:admin' })
    expect(basic).toMatchObject({ status: 401, json: { error: { code: 'unauthorized', developmentLogin: false } } })
    const login = await send(`${server.url}/api/login`, { headers: json, body: '{"userId":"dora"}', user: null })
    expect(login.status).toBe(401)
  })

  it('cookies go over TLS alone, and browsers are told to use it', async () => {
    const body = JSON.stringify({ token: await tokenOf('erin') })
    const reply = await send(`${server.url}/api/login`, { headers: json, body, user: null })
    expect(reply.headers['set-cookie']?.[0]).toMatch(/^rekindle_session=.*; HttpOnly; Secure; SameSite=Lax$/)
    expect(reply.headers['strict-transport-security']).toBe('max-age=31536000')
  })
})

describe('what may be asked in a minute', () => {
  it('is so much for each user, from whatever addresses, and others do not notice', async () => {
    const alice = bearer(await tokenOf('alice'))
    const replies = await statuses(requests + 2, (at) => me(alice, `192.0.2.${at}`))
    expect(replies).toEqual([...Array<number>(requests).fill(200), 429, 429])
    const refused = await me(alice)
    expect(refused.json).toEqual(tooMany)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await me(bearer(await tokenOf('bob')))).status).toBe(200)
  })

  it('is so much for an address whose logins fail; then it is refused before anything is looked at', async () => {
    const address = '198.51.100.7'
    const guesses = await statuses(requests + 2, (at) =>
      me(bearer(`rk_${String(at).padStart(16, '0')}_${'x'.repeat(43)}`), address),
    )
    expect(guesses).toEqual([...Array<number>(requests).fill(401), 429, 429])
    expect((await me(bearer(await tokenOf('carol')), address)).json).toEqual(tooMany)
    const body = JSON.stringify({ token: await tokenOf('carol') })
    const login = await send(`${server.url}/api/login`, { headers: { ...json, 'x-forwarded-for': address }, body, user: null })
    expect(login.status).toBe(429)
    expect((await me(bearer(await tokenOf('carol')))).status).toBe(200)
  })

  it('counts for the address that the proxy has seen, not for those that a client makes up', async () => {
    const guesses = await statuses(requests + 1, (at) => me(bearer('guess'), `10.0.0.${at}, 2001:db8::${at}`))
    expect(guesses.at(-1)).toBe(429)
    expect((await me(bearer('guess'), '10.0.0.1')).status).toBe(401)
  })

  it('is not counted for those who look whether the server lives', async () => {
    const replies = await statuses(requests * 2, () => send(`${server.url}/livez`, { user: null }))
    expect(new Set(replies)).toEqual(new Set([200]))
  })
})

describe('a WebSocket', () => {
  const open = async (user: string) => Client.open(server, bearer(await tokenOf(user)))

  it('is one of a few that a user may have at once', async () => {
    using first = await open('dave')
    using _second = await open('dave')
    await expect(open('dave')).rejects.toThrow('Unexpected server response: 429')
    first.socket.close()
    await until(() => first.closed !== undefined)
    await until(async () => {
      using third = await open('dave').catch(() => undefined)
      return third !== undefined
    })
  })

  it('is closed when more is said over it than its user may ask, and what was said too much is not answered', async () => {
    using client = await open('frank')
    for (let said = 0; said < 5_000; said++) client.say({ type: 'no such thing' })
    await until(() => client.closed !== undefined)
    expect(client.closed).toBe(1008)
    // The handshake was a request, too.
    expect(client.messages.length).toBeLessThan(requests)
    expect((await me(bearer(await tokenOf('frank')))).status).toBe(429)
  })

  it('is refused while there are so many that plain requests would not get through', async () => {
    const most = Math.floor(connections * 0.9)
    await using open_ = new AsyncDisposableStack()
    for (let at = 0; at < most; at++) open_.use(await open(`user-${at}`))
    await expect(open('late')).rejects.toThrow('Unexpected server response: 503')
    expect((await send(`${server.url}/livez`, { user: null })).status).toBe(200)

    const raw = await Promise.all([1, 2].map(() => plainConnection(open_)))
    const beyond = await plainConnection(open_)
    await until(() => beyond.closed)
    expect(raw.map(({ closed }) => closed)).toEqual([false, false])
  })
})

/**
 * Who still writes when the server has closed finds the connection reset, after what it was told. A socket of Node's would be gone
 * with the first write that fails, and with it what was not read yet: here one process writes and another reads.
 */
const dripping = `
  exec 3<>/dev/tcp/127.0.0.1/$1
  (printf 'GET /api/me HTTP/1.1\\r\\nhost: x\\r\\nx-drip: ' && while printf x; do sleep 0.05; done) >&3 &
  cat <&3`

async function toldUntilClosed(stream: Readable): Promise<string> {
  const told: Buffer[] = []
  stream.on('data', (part) => told.push(part))
  await new Promise<void>((resolve) => stream.once('close', () => resolve()))
  return Buffer.concat(told).toString()
}

async function plainConnection(stack: AsyncDisposableStack): Promise<{ readonly socket: Socket; readonly closed: boolean }> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const connection = { socket, closed: false }
  socket.on('close', () => (connection.closed = true)).on('error', () => {})
  stack.defer(() => void socket.destroy())
  await once(socket, 'connect')
  return connection
}
