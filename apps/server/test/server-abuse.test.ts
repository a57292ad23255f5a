import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { json, send, userMessage } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { bearer, issuerSettings, tokenOf } from './token-issuer.ts'
import { Client } from './web-socket-client.ts'

const limit = 10_000
const folder = mkdtempSync(join(tmpdir(), 'rekindle-abuse-'))
const probed = join(folder, 'heap')
let server: ServerProcess
let worker: number

beforeAll(async () => {
  const NODE_OPTIONS = `--require=${fileURLToPath(new URL('heap-probe.cjs', import.meta.url))}`
  const env = {
    ...issuerSettings,
    NODE_OPTIONS,
    HEAP_PROBE: probed,
    REKINDLE_MAX_MESSAGE_BYTES: String(limit),
    REKINDLE_LOG: 'info',
  }
  server = await startServer({ env })
  worker = (await send(`${server.url}/livez`)).json.worker as number
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

/** What no reply and no log may show: a stack, a path or a query of the server, or what was sent to it. */
const inside = /node_modules|\bat \w+ \(|\.[jt]s:\d|\/(tmp|work|home)\/|select .* from|SQLITE|hunter2|eyJ/i
const port = () => Number(new URL(server.url).port)

/** The reply to bytes as they are, over a connection of their own. Status 0: there was none. */
async function raw(lines: readonly string[]): Promise<{ readonly status: number; readonly text: string }> {
  const socket = connect(port(), '127.0.0.1')
  socket.on('error', () => {})
  socket.write([...lines, 'connection: close', '', ''].join('\r\n'))
  const text = await textOf(socket)
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }
}

describe('a token that somebody made up', () => {
  it('opens nothing, over HTTP or WebSocket', async () => {
    const right = await tokenOf('alice')
    const [head, , signature] = right.split('.')
    const payload = Buffer.from(JSON.stringify({ sub: 'root', role: 'admin', exp: 4e9 })).toString('base64url')
    const unsigned = new UnsecuredJWT({ sub: 'root', role: 'admin', exp: 4e9 }).encode()
    const guessed = createHmac('sha256', 'secret').update(`${head}.${payload}`).digest('base64url')
    for (const token of [
      `${head}.${payload}.${signature}`,
      `${head}.${payload}.${guessed}`,
      `${head}.${payload}.`,
      unsigned,
      unsigned.replace(/\.$/, `.${signature}`),
      `${right}.${right}`,
      '.'.repeat(5_000),
      `rk_${'0'.repeat(16)}_${'A'.repeat(43)}`,
    ]) {
      const reply = await send(`${server.url}/api/me`, { headers: bearer(token), user: null })
      expect([reply.status, reply.json.error?.code]).toEqual([401, 'unauthorized'])
      await expect(Client.open(server, bearer(token))).rejects.toThrow('Unexpected server response: 401')
    }
  })
})

describe('a request that is meant to confuse', () => {
  it('says who it is in no header but the one that counts', async () => {
    const claims = { 'x-user-id': 'root', 'x-forwarded-user': 'root', 'x-role': 'admin', 'remote-user': 'root' }
    const { json: reply } = await send(`${server.url}/api/me?userId=root&role=admin&token=hunter2`, {
      headers: { ...claims, ...bearer(await tokenOf('alice')) },
    })
    expect(reply.identity).toMatchObject({ userId: 'alice', role: 'user' })
  })

  it('is refused when it says that twice', async () => {
    const [alice, bob] = [await tokenOf('alice'), await tokenOf('bob')]
    for (const second of [bob, alice]) {
      const lines = [
        'GET /api/me HTTP/1.1',
        'host: localhost',
        `authorization: Bearer ${alice}`,
        `Authorization: Bearer ${second}`,
      ]
      expect((await raw(lines)).status).toBe(401)
    }
  })

  it.each([
    '/api/agents/..%2f..%2fapi%2fkeys',
    '/api/agents/..%252f..%252fetc%252fpasswd',
    '/api/agents/%2e%2e/keys',
    '/api//keys',
    '//api/keys',
    '/api/./keys',
    '/api/keys%00',
    '/api/keys;x=1',
    '/API/KEYS',
    '/api/agents/assistant%0d%0aset-cookie:%20x=1',
    '/api/agents/%',
    '\\api\\keys',
    '/%2e%2e%2f%2e%2e%2fetc/passwd',
  ])('reaches nothing by a path that goes around: %s', async (path) => {
    const { authorization } = bearer(await tokenOf('root', { role: 'admin' }))
    const { status, text } = await raw([`GET ${path} HTTP/1.1`, 'host: localhost', `authorization: ${authorization}`])
    expect([400, 404]).toContain(status)
    expect(text).not.toMatch(/"keys"|root:|^set-cookie/im)
    expect(text).not.toMatch(inside)
  })

  it.each([
    ['an absolute address', ['GET http://evil.example/api/keys HTTP/1.1', 'host: localhost'], [400, 401, 404]],
    ['another site’s name', ['GET /api/keys HTTP/1.1', 'host: evil.example'], [401]],
    ['two names', ['GET /api/keys HTTP/1.1', 'host: localhost', 'host: evil.example'], [400, 401]],
    ['no name', ['GET /api/keys HTTP/1.1'], [400]],
    ['headers without end', ['GET /api/me HTTP/1.1', 'host: localhost', `x: ${'hunter2'.repeat(5_000)}`], [431]],
    ['headers without number', ['GET /api/me HTTP/1.1', 'host: localhost', ...Array<string>(3_000).fill('x: y')], [401, 431]],
    ['two lengths', ['POST /api/login HTTP/1.1', 'host: x', 'content-length: 1', 'content-length: 2'], [400]],
    [
      'two ideas of its length',
      ['POST /api/login HTTP/1.1', 'host: x', 'content-length: 4', 'transfer-encoding: chunked'],
      [400],
    ],
    ['a folded header', ['GET /api/me HTTP/1.1', 'host: x', 'x: a', ' authorization: Bearer hunter2'], [400, 401]],
    ['a header with a space', ['GET /api/me HTTP/1.1', 'host: x', 'authorization : Bearer hunter2'], [400]],
    ['a method of its own', ['HACK /api/me HTTP/1.1', 'host: x'], [400]],
    ['a way through', ['CONNECT evil.example:443 HTTP/1.1', 'host: evil.example'], [0, 404]],
    ['HTTP/2 outright', ['PRI * HTTP/2.0', '', 'SM', ''], [400]],
  ])('is refused with %s', async (_what, lines, expected) => {
    const { status, text } = await raw(lines)
    expect(expected).toContain(status)
    expect(text).not.toMatch(inside)
  })

  it('gets nothing of its own into the headers of the reply', async () => {
    const headers = { ...json, 'accept-language': 'de\u00e4"><script>', 'x-request-id': 'hunter2' }
    const reply = await send(`${server.url}/api/me`, { headers })
    expect(reply.status).toBe(200)
    expect(JSON.stringify(reply.headers)).not.toMatch(/hunter2|script>/)
    expect(reply.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'self'") as string,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    for (const told of ['server', 'x-powered-by', 'strict-transport-security']) expect(reply.headers).not.toHaveProperty(told)
  })
})

describe('ten thousand messages that are none', () => {
  const bodies = [
    '{"id": "hunter2',
    '',
    'null',
    '[[[[',
    '{"__proto__":{"x":1}}',
    '"hunter2"',
    `{"type":"turn","id":"1","agentId":"assistant","sessionId":"s","message":${JSON.stringify(userMessage('hunter2'))}x`,
    '{"type":"turn","id":"1","agentId":"assistant","sessionId":"s","message":{"role":"system"}}',
    `{"type":"turn","id":"1","agentId":"nobody${'x'.repeat(300)}","sessionId":"s"}`,
    `{"type":"cancel","id":"${'x'.repeat(5_000)}"}`,
    'x'.repeat(limit + 1),
    '{"a":'.repeat(1_500),
  ]

  it('are refused one by one, and the worker is as it was', async () => {
    await burst(2_000)
    const before = await heapBytes()
    await burst(8_000)
    expect((await heapBytes()) - before).toBeLessThan(3_000_000)
    expect((await send(`${server.url}/livez`)).json.worker).toBe(worker)
    using client = await Client.open(server)
    client.turn('1', 'What is 12 * 7?')
    expect((await client.outcome('1')).type).toBe('end')
  }, 60_000)

  /** Over HTTP and WebSockets at once; one of these is cut off in the middle of a frame. */
  async function burst(messages: number): Promise<void> {
    const overHttp = async (share: number): Promise<void> => {
      for (let at = 0; at < share; at++) {
        const body = bodies[at % bodies.length]!
        const path = ['/api/agents/assistant/chat', '/api/login', '/api/keys'][at % 3]!
        const { status, text } = await send(server.url + path, { method: 'POST', headers: json, body })
        expect([400, 401, 413]).toContain(status)
        expect(text).not.toMatch(inside)
      }
    }
    const overWebSocket = async (share: number): Promise<void> => {
      using client = await Client.open(server)
      for (let at = 0; at < share; at++) client.say(bodies[at % bodies.length]!)
      await until(() => client.messages.length === share)
      for (const message of client.messages) expect(message.type).toBe('error')
      expect(JSON.stringify(client.messages)).not.toMatch(inside)
    }
    const share = messages / 10
    await Promise.all([...[1, 2].map(() => overHttp(share)), ...[3, 4].map(() => overWebSocket(share * 4))])
    const cut = await Client.open(server)
    ;(cut.socket as unknown as { _socket: { write(bytes: Buffer): void; destroy(): void } })._socket.write(
      Buffer.from([0x81, 0xfe, 0xff]),
    )
    cut.socket.terminate()
  }

  /** What the worker holds, garbage aside. */
  async function heapBytes(): Promise<number> {
    rmSync(probed, { force: true })
    process.kill(worker, 'SIGWINCH')
    await until(() => existsSync(probed) && readFileSync(probed, 'utf8') !== '')
    return Number(readFileSync(probed, 'utf8'))
  }
})

it('has survived all of this, with nothing in its log of what was sent', async () => {
  expect(await server.stop()).toBe(0)
  const log = server.stderr.split('\n')
  expect(log.filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  expect(log.filter((line) => inside.test(line))).toEqual([])
  expect(server.stderr).toContain('a WebSocket was opened')
})
