import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Identity } from './identity.ts'
import { SessionCookies } from './session-cookies.ts'
import type { CookieCodec } from './session-cookies.ts'

const hourMs = 3_600_000
const codecWith = async (secret: string): Promise<CookieCodec> => {
  const app = Fastify()
  await app.register(cookie, { secret, hook: false })
  await app.ready()
  return app
}

describe('a session', () => {
  const alice: Identity = { userId: 'alice', role: 'user', via: 'token', expiresAt: 2 * hourMs, displayName: 'Alice' }
  let codec: CookieCodec
  let time = 0
  let cookies: SessionCookies
  beforeAll(async () => {
    codec = await codecWith('a secret of more than thirty-two characters')
    cookies = new SessionCookies(codec, { secure: false, now: () => time })
  })
  const headerOf = (line: string) => line.split(';')[0]!

  it('is kept in a cookie that scripts cannot read, and is read again', () => {
    time = hourMs
    const { line, expiresAt } = cookies.write({ identity: alice, rests: 'x' })
    expect(line).toMatch(/^rekindle_session=[\w-]+\.[^;]{40,}; Max-Age=3600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(expiresAt).toBe(2 * hourMs)
    expect(cookies.read(headerOf(line))).toEqual({ identity: alice, rests: 'x' })
    expect(cookies.read(`a=b; ${headerOf(line)}`)?.identity).toEqual(alice)
  })

  it('is sent over TLS alone in production', () => {
    expect(new SessionCookies(codec, { secure: true, now: () => 0 }).write({ identity: alice }).line).toContain('; Secure')
  })

  it('is over with what was shown for it, and in any case after twelve hours', () => {
    time = 0
    const short = headerOf(cookies.write({ identity: alice }).line)
    const endless = cookies.write({ identity: { ...alice, expiresAt: undefined } })
    expect(endless.expiresAt).toBe(12 * hourMs)
    time = 2 * hourMs
    expect(cookies.read(short)).toBeUndefined()
    time = 12 * hourMs - 1
    expect(cookies.read(headerOf(endless.line))).toBeDefined()
    time = 12 * hourMs
    expect(cookies.read(headerOf(endless.line))).toBeUndefined()
  })

  it('is taken away', () => {
    expect(cookies.clear()).toMatch(/^rekindle_session=; Max-Age=0; Path=\/; HttpOnly/)
  })

  it('is nobody’s when it was altered, signed by others, or is something else that was signed', async () => {
    time = 0
    const header = headerOf(cookies.write({ identity: alice }).line)
    const [, value = ''] = decodeURIComponent(header).split('=', 2)
    const [payload = '', signature = ''] = value.split('.')
    const session = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const altered = (more: object) => Buffer.from(JSON.stringify({ ...session, ...more })).toString('base64url')
    const others = new SessionCookies(await codecWith('another secret of more than thirty-two'), { secure: false, now: () => 0 })
    const wrong = [
      `${altered({ userId: 'bob' })}.${signature}`,
      `${altered({ role: 'admin' })}.${signature}`,
      `${altered({ expiresAt: 1e15 })}.${signature}`,
      payload,
      `${payload}.`,
      `.${signature}`,
      `${payload}.${signature}x`,
      '',
      '%E0%A4%A',
      codec.signCookie('not JSON'),
      codec.signCookie(Buffer.from('null').toString('base64url')),
      codec.signCookie(altered({ via: 'magic' })),
      codec.signCookie(altered({ expiresAt: 'never' })),
    ].map((each) => `rekindle_session=${each}`)
    for (const each of [undefined, '', ...wrong, headerOf(others.write({ identity: alice }).line)]) {
      expect(cookies.read(each)).toBeUndefined()
    }
  })
})
