import { isLoopback } from './loopback.ts'
import { SettingsError } from './variables.ts'
import type { Variables } from './variables.ts'

/** How people and programs show who they are. */
export interface SignInSettings {
  /** Without it the secret is a file in the data folder. */
  readonly cookieSecret: string | undefined
  /** Whoever has it is an admin: the first one, or a program. */
  readonly adminToken: string | undefined
  readonly tokens: TokenSettings
  /** Whoever is on this machine may say who they are. Never in production. */
  readonly developmentLogin: boolean
}

/** Whose JSON Web Tokens are believed. */
export interface TokenSettings {
  /** For HS256. */
  readonly secret: string | undefined
  /** Where the issuer publishes its public keys. */
  readonly jwksUrl: string | undefined
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

interface Whereabouts {
  readonly production: boolean
  /** Where the server listens. */
  readonly host: string
}

/** Throws `SettingsError`, also where nobody could sign in. */
export function readSignIn(variables: Variables, whereabouts: Whereabouts): SignInSettings {
  const settings: SignInSettings = {
    cookieSecret: readCookieSecret(variables),
    adminToken: readAdminToken(variables),
    tokens: readTokens(variables),
    developmentLogin: readDevelopmentLogin(variables, whereabouts),
  }
  assertSomebodyCanSignIn(settings)
  return settings
}

function readCookieSecret(variables: Variables): string | undefined {
  const value = variables.text('REKINDLE_COOKIE_SECRET')
  if (value === undefined || value.length >= 32) return value
  throw new SettingsError('REKINDLE_COOKIE_SECRET must have at least 32 characters, for example from: openssl rand -hex 32')
}

/** Only what a header can carry as it is. */
function readAdminToken(variables: Variables): string | undefined {
  const value = variables.text('REKINDLE_ADMIN_TOKEN')
  if (value === undefined || /^[\x21-\x7e]{16,}$/.test(value)) return value
  throw new SettingsError(
    'REKINDLE_ADMIN_TOKEN must have at least 16 characters, all of them ASCII without spaces, for example from: openssl rand -hex 32',
  )
}

function readTokens(variables: Variables): TokenSettings {
  const secret = variables.text('REKINDLE_JWT_SECRET')
  if (secret !== undefined && secret.length < 32) {
    throw new SettingsError('REKINDLE_JWT_SECRET must have at least 32 characters, for example from: openssl rand -hex 32')
  }
  const jwksUrl = variables.text('REKINDLE_JWKS_URL')
  // Keys that come unencrypted may be anybody's; from this machine they may.
  const trusted = jwksUrl === undefined || (URL.canParse(jwksUrl) && isTrusted(new URL(jwksUrl)))
  if (!trusted) throw new SettingsError('REKINDLE_JWKS_URL must be an https:// address (or http:// of this machine).')
  const issuer = variables.text('REKINDLE_JWT_ISSUER')
  if (jwksUrl !== undefined && issuer === undefined) {
    throw new SettingsError('REKINDLE_JWT_ISSUER must be set with REKINDLE_JWKS_URL: whose tokens are meant.')
  }
  const audience = variables.text('REKINDLE_JWT_AUDIENCE')
  // An issuer's tokens for its other applications are no keys to this one.
  if (jwksUrl !== undefined && audience === undefined) {
    throw new SettingsError('REKINDLE_JWT_AUDIENCE must be set with REKINDLE_JWKS_URL: for which application tokens must be.')
  }
  return { secret, jwksUrl, issuer, audience }
}

function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function readDevelopmentLogin(variables: Variables, { production, host }: Whereabouts): boolean {
  const value = variables.text('REKINDLE_DEVELOPMENT_LOGIN')
  if (value !== undefined && value !== 'on' && value !== 'off') {
    throw new SettingsError(`REKINDLE_DEVELOPMENT_LOGIN must be on or off; got ${JSON.stringify(value)}.`)
  }
  if (value === 'on' && production) {
    throw new SettingsError('REKINDLE_DEVELOPMENT_LOGIN cannot be on with NODE_ENV=production: anybody could be anybody.')
  }
  return !production && (value === undefined ? isLoopback(host) : value === 'on')
}

function assertSomebodyCanSignIn({ tokens: { secret, jwksUrl }, adminToken, developmentLogin: open }: SignInSettings): void {
  if (open || secret !== undefined || jwksUrl !== undefined || adminToken !== undefined) return
  throw new SettingsError(
    'Nobody could sign in. Set REKINDLE_JWT_SECRET or REKINDLE_JWKS_URL for users, or REKINDLE_ADMIN_TOKEN for an admin who makes API keys.',
  )
}
