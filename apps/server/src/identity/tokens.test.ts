import { once } from 'node:events'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Tokens } from './tokens.ts'

const secret = 'a secret of more than thirty-two characters'
const now = 1_800_000_000
const nobody = { secret: undefined, jwksUrl: undefined, issuer: undefined, audience: undefined }
const clock = (): number => now * 1000

/** What is undefined is left out. */
type Claims = Readonly<Record<string, unknown>>
const claims = (more: Claims = {}): JWTPayload => ({ sub: 'alice', exp: now + 60, ...more })
const signed = (payload: JWTPayload, key: string | Uint8Array | CryptoKey = secret, alg = 'HS256', kid?: string) =>
  new SignJWT(payload)
    .setProtectedHeader({ alg, ...(kid !== undefined && { kid }) })
    .sign(typeof key === 'string' ? Buffer.from(key) : key)

describe('a token by the shared secret', () => {
  const tokens = new Tokens({ ...nobody, secret, issuer: 'https://login.example', audience: 'rekindle' }, clock)
  const right = (more: Claims = {}) => claims({ iss: 'https://login.example', aud: 'rekindle', ...more })

  it('says who it is, for how long and what to call them', async () => {
    expect(await tokens.identify(await signed(right({ name: 'Alice' })))).toEqual({
      userId: 'alice',
      role: 'user',
      via: 'token',
      expiresAt: (now + 60) * 1000,
      displayName: 'Alice',
    })
  })

  it.each([
    [{ role: 'admin' }, 'admin'],
    [{ roles: ['editor', 'admin'] }, 'admin'],
    [{ roles: 'admin' }, 'user'],
    [{ role: 'Admin' }, 'user'],
    [{ role: ['admin'] }, 'user'],
    [{ admin: true, scope: 'admin' }, 'user'],
  ])('makes an admin only of who is called one: %j', async (more, role) => {
    expect(await tokens.identify(await signed(right(more)))).toMatchObject({ role })
  })

  it('holds five seconds longer, and five seconds earlier, for clocks that differ', async () => {
    for (const more of [{ exp: now - 4 }, { nbf: now + 4 }])
      expect(await tokens.identify(await signed(right(more)))).toBeDefined()
  })

  it.each([
    ['has expired', right({ exp: now - 6 }), 'ERR_JWT_EXPIRED'],
    ['is not valid yet', right({ nbf: now + 6 }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['never expires', right({ exp: undefined }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['expires in words', right({ exp: 'later' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['is of another issuer', right({ iss: 'https://evil.example' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['is of no issuer', right({ iss: undefined }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['is meant for others', right({ aud: 'billing' }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['names no user', right({ sub: undefined }), 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['names a service', right({ sub: 'service:admin' }), 'sub-is-no-user'],
    ['names an empty user', right({ sub: '' }), 'sub-is-no-user'],
    ['names a user of several lines', right({ sub: 'a\nb' }), 'sub-is-no-user'],
    ['names a user without end', right({ sub: 'x'.repeat(201) }), 'sub-is-no-user'],
  ])('is refused when it %s', async (_what, payload, code) => {
    await expect(tokens.identify(await signed(payload))).rejects.toMatchObject({ code })
  })

  it('is refused when somebody else has signed it, or nobody', async () => {
    const token = await signed(right())
    const [header, body, signature] = token.split('.')
    const forged = Buffer.from(JSON.stringify(right({ role: 'admin' }))).toString('base64url')
    const { privateKey } = await generateKeyPair('RS256')
    for (const wrong of [
      await signed(right(), `${secret}!`),
      await signed(right(), secret, 'HS512'),
      new UnsecuredJWT(right()).encode(),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.${signature}`,
      `${Buffer.from('{"alg":"None"}').toString('base64url')}.${body}.`,
      `${header}.${forged}.${signature}`,
      `${header}.${body}.`,
      await signed(right(), privateKey, 'RS256'),
      `${token}x`,
      'x.y.z',
      '..',
      'no token',
      '',
    ]) {
      await expect(tokens.identify(wrong)).rejects.toThrow('The token is not valid here.')
    }
  })

  it('is refused where there is no secret', async () => {
    await expect(new Tokens(nobody, clock).identify(await signed(right()))).rejects.toMatchObject({ code: 'no-key-of-this-kind' })
  })
})

describe('a token by the keys that its issuer publishes', () => {
  const pair = generateKeyPair('RS256', { extractable: true })
  const second = generateKeyPair('ES256', { extractable: true })
  let server: Server
  let asked = 0
  let published: object
  let status = 200

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked++
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(published))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterAll(() => void server.close())
  beforeEach(async () => {
    asked = 0
    status = 200
    published = { keys: [{ ...(await exportJWK((await pair).publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] }
  })

  const issuer = 'https://login.example'
  const right = (more: Claims = {}) => claims({ iss: issuer, ...more })
  const tokens = (port = (server.address() as AddressInfo).port, more: object = {}) =>
    new Tokens({ ...nobody, jwksUrl: `http://127.0.0.1:${port}/keys`, issuer, ...more }, clock)
  const byIssuer = async (payload = right()) => signed(payload, (await pair).privateKey, 'RS256', 'one')

  it('is believed, and the keys are fetched once for many', async () => {
    const checked = tokens()
    const token = await byIssuer()
    const identities = await Promise.all(Array.from({ length: 20 }, () => checked.identify(token)))
    expect(identities.map(({ userId }) => userId)).toEqual(Array(20).fill('alice'))
    expect(asked).toBe(1)
  })

  it('is refused when it was signed with the public key as if that were a shared secret', async () => {
    const { publicKey } = await pair
    const publicText = await exportSPKI(publicKey)
    const jwk = JSON.stringify((published as { keys: object[] }).keys[0])
    for (const known of [publicText, publicText.trim(), jwk]) {
      const forged = await signed(right({ role: 'admin' }), known, 'HS256', 'one')
      await expect(tokens().identify(forged)).rejects.toMatchObject({ code: 'ERR_JOSE_ALG_NOT_ALLOWED' })
      await expect(tokens(undefined, { secret }).identify(forged)).rejects.toMatchObject({
        code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      })
    }
  })

  it('is refused for a key that is not published, which has the keys fetched again only once in a while', async () => {
    const checked = tokens()
    const { privateKey } = await second
    for (const kid of ['two', 'three', '../one', 'four']) {
      const unknown = signed(right(), privateKey, 'ES256', kid)
      await expect(checked.identify(await unknown)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' })
    }
    expect(asked).toBe(1)
  })

  it('is refused where another key of the issuer, or of nobody, has signed it', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    await expect(tokens().identify(await signed(right(), privateKey, 'RS256', 'one'))).rejects.toThrow('not valid here')
    await expect(tokens().identify(new UnsecuredJWT(right()).encode())).rejects.toThrow('not valid here')
  })

  it('cannot be checked, which is not its fault, while the keys are out of reach', async () => {
    const unavailable = { problem: { status: 503, code: 'unavailable' } }
    status = 500
    await expect(tokens().identify(await byIssuer())).rejects.toMatchObject(unavailable)
    status = 200
    published = { no: 'keys' }
    await expect(tokens().identify(await byIssuer())).rejects.toMatchObject(unavailable)
    await expect(tokens(1).identify(await byIssuer())).rejects.toMatchObject(unavailable)
  })

  it('is checked again as soon as the keys are back', async () => {
    const checked = tokens()
    status = 500
    await expect(checked.identify(await byIssuer())).rejects.toThrow('out of reach')
    status = 200
    expect(await checked.identify(await byIssuer())).toMatchObject({ userId: 'alice' })
  })
})
