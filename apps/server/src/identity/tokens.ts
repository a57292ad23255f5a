import { createSecretKey } from 'node:crypto'
import { createRemoteJWKSet, decodeProtectedHeader, errors, jwtVerify } from 'jose'
import type { JWTPayload, JWTVerifyOptions } from 'jose'
import { RequestError } from '../problem.ts'
import type { TokenSettings } from '../sign-in-settings.ts'
import type { Identity } from './identity.ts'
import { userIdSchema } from './user-id.ts'

/** What the clocks of the issuer and this machine may differ by. */
const clockToleranceS = 5
/** Keys are fetched again after this time: one that the issuer has withdrawn is believed no longer. */
const keysForMs = 600_000
/** A token that names an unknown key has them fetched, but not more often than this. */
const cooldownMs = 30_000
const fetchTimeoutMs = 3_000

/** One of these can never be checked with a key of the other kind: a public key is no shared secret. */
const secretAlgorithms = ['HS256']
const publicKeyAlgorithms = 'RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' ')

/** A token is not valid here. `code` is for the log. */
export class TokenRefused extends Error {
  readonly code: string

  constructor(code: string) {
    super('The token is not valid here.')
    this.code = code
  }
}

/** Checks JSON Web Tokens, by the shared secret or by the keys that their issuer publishes. */
export class Tokens {
  readonly #settings: TokenSettings
  readonly #now: () => number
  readonly #secret
  readonly #keys

  constructor(settings: TokenSettings, now: () => number) {
    this.#settings = settings
    this.#now = now
    const { secret, jwksUrl } = settings
    this.#secret = secret === undefined ? undefined : createSecretKey(Buffer.from(secret))
    const options = { cacheMaxAge: keysForMs, cooldownDuration: cooldownMs, timeoutDuration: fetchTimeoutMs }
    this.#keys = jwksUrl === undefined ? undefined : createRemoteJWKSet(new URL(jwksUrl), options)
  }

  /** Throws {@link TokenRefused}, or a {@link RequestError} (503) when the issuer's keys are out of reach. */
  async identify(token: string): Promise<Identity> {
    return identityIn(await this.#claims(token))
  }

  async #claims(token: string): Promise<JWTPayload> {
    const { issuer, audience } = this.#settings
    const options: JWTVerifyOptions = {
      requiredClaims: ['sub', 'exp'],
      clockTolerance: clockToleranceS,
      currentDate: new Date(this.#now()),
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    }
    const alg = algorithmOf(token)
    try {
      if (this.#secret !== undefined && alg === 'HS256') {
        return (await jwtVerify(token, this.#secret, { ...options, algorithms: secretAlgorithms })).payload
      }
      if (this.#keys === undefined) throw new TokenRefused('no-key-of-this-kind')
      return (await jwtVerify(token, this.#keys, { ...options, algorithms: publicKeyAlgorithms })).payload
    } catch (error) {
      throw refusalOf(error)
    }
  }
}

function algorithmOf(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).alg
  } catch {
    throw new TokenRefused('no-token')
  }
}

function refusalOf(error: unknown): Error {
  if (error instanceof TokenRefused) return error
  const ofKeys = [errors.JWKSTimeout, errors.JWKSInvalid].some((kind) => error instanceof kind)
  const known = error instanceof errors.JOSEError && error.code !== errors.JOSEError.code
  if (known && !ofKeys) return new TokenRefused(error.code)
  const message = 'Tokens cannot be checked: the keys of their issuer are out of reach. Try again in a moment.'
  return new RequestError({ status: 503, code: 'unavailable', message, retryAfterS: 2 }, { cause: error })
}

function identityIn({ sub, exp, name, role, roles }: JWTPayload): Identity {
  const userId = userIdSchema.safeParse(sub)
  if (!userId.success) throw new TokenRefused('sub-is-no-user')
  const isAdmin = role === 'admin' || (Array.isArray(roles) && roles.includes('admin'))
  return {
    userId: userId.data,
    role: isAdmin ? 'admin' : 'user',
    via: 'token',
    expiresAt: (exp ?? 0) * 1000,
    ...(typeof name === 'string' && { displayName: name }),
  }
}
