import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { CacheSettings } from 'rekindle'
import { isLoopback } from './loopback.ts'
import type { Environment } from './models/provider-environment.ts'

const cacheModes = ['full', 'memory', 'off'] as const
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** How this server was set up. docs/server.md lists the variables. */
export interface Settings {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly workers: number
  /** Absolute. Holds the SQLite files and the cookie secret. */
  readonly dataDir: string
  /** PostgreSQL; without it the database is `databasePath`. May hold a password. */
  readonly databaseUrl: string | undefined
  readonly databasePath: string
  /** Redis; without it the config tier is `storePath`. May hold a password. */
  readonly redisUrl: string | undefined
  readonly storePath: string
  /** What of the cache is used. All but `full` are for comparison. */
  readonly cache: (typeof cacheModes)[number]
  /** How long configs and agents are kept, and how many of these in each worker. */
  readonly keep: CacheSettings
  /** How each worker changes `keep` by itself; `undefined`: not at all. */
  readonly autoTune: AutoTuneSettings | undefined
  /** Which part of what is served is compared with the database. Each time that costs one load. */
  readonly auditRate: number
  /** What turns in progress may take to finish when the server stops. */
  readonly drainMs: number
  /** How long it goes on accepting requests after it was told to stop, for load balancers to see by `/readyz` that it will. */
  readonly shutdownDelayMs: number
  /** What a worker may take, before it accepts requests, to bring into memory what was in use before it. */
  readonly warmMs: number
  readonly logLevel: (typeof logLevels)[number]
  /** Of one request: the body over HTTP, the message over WebSocket. */
  readonly maxMessageBytes: number
  /** A file that lists the programs which may be started as MCP servers. Without it there are none. */
  readonly localMcpServers: string | undefined
  /** Without it the secret is a file in `dataDir`. */
  readonly cookieSecret: string | undefined
  /** Whoever has it is an admin: the first one, or a program. */
  readonly adminToken: string | undefined
  readonly tokens: TokenSettings
  /** The built dashboard. Without it, the one beside this server. */
  readonly dashboardDir: string | undefined
  /** Whoever is on this machine may say who they are. Never in production. */
  readonly developmentLogin: boolean
  readonly production: boolean
  /** Proxies between the client and here whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: number
  readonly limits: Limits
}

/** Times to live are kept between the two, so that `target` of all requests need no full build. */
interface AutoTuneSettings {
  readonly target: number
  readonly minMs: number
  readonly maxMs: number
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

export interface Limits {
  /** Requests of one user, or of one address without a user, in a minute, to one worker. */
  readonly requestsPerMinute: number
  /** Turns of one user in a minute, over all workers. */
  readonly turnsPerMinute: number
  /** WebSockets of one user to one worker. */
  readonly socketsPerUser: number
  /** Connections to one worker. */
  readonly connections: number
}

type Text = (name: string) => string | undefined
type Whole = (name: string, range: { readonly from: number; readonly to: number; readonly otherwise: number }) => number

/** 30 days. */
const longestMs = 2_592_000_000

/** A variable of the environment cannot be worked with. The message names it and never repeats what may be secret. */
class SettingsError extends Error {}

/** Reads the settings; empty variables count as unset. Throws {@link SettingsError}. */
export function readSettings(environment: Environment): Settings {
  const text: Text = (name) => environment[name]?.trim() || undefined
  const whole: Whole = (name, { from, to, otherwise }) => {
    const value = text(name)
    if (value === undefined) return otherwise
    const number = /^\d+$/.test(value) ? Number(value) : NaN
    if (number >= from && number <= to) return number
    throw new SettingsError(`${name} must be a whole number from ${from} to ${to}; got ${JSON.stringify(value)}.`)
  }
  const configTtlMs = whole('REKINDLE_CONFIG_TTL_MS', { from: 0, to: longestMs, otherwise: 3_600_000 })
  const dataDir = resolve(text('REKINDLE_DATA_DIR') ?? 'data')
  const host = text('HOST') ?? '127.0.0.1'
  const production = text('NODE_ENV') === 'production'
  const settings: Settings = {
    host,
    port: whole('PORT', { from: 0, to: 65_535, otherwise: 3000 }),
    workers: whole('REKINDLE_WORKERS', { from: 1, to: 256, otherwise: availableParallelism() }),
    dataDir,
    databaseUrl: url('DATABASE_URL', text('DATABASE_URL'), ['postgres:', 'postgresql:'], 'SQLite'),
    databasePath: join(dataDir, 'agents.sqlite'),
    redisUrl: url('REDIS_URL', text('REDIS_URL'), ['redis:', 'rediss:'], 'SQLite'),
    storePath: join(dataDir, 'configs.sqlite'),
    cache: oneOf('REKINDLE_CACHE', text('REKINDLE_CACHE'), cacheModes, 'full'),
    keep: {
      configTtlMs,
      liveTtlMs: whole('REKINDLE_LIVE_TTL_MS', { from: 0, to: longestMs, otherwise: configTtlMs }),
      idleMs: whole('REKINDLE_LIVE_IDLE_MS', { from: 0, to: longestMs, otherwise: 900_000 }),
      maxAgents: whole('REKINDLE_LIVE_MAX_AGENTS', { from: 0, to: 1_000_000, otherwise: 1_000 }),
    },
    autoTune: autoTune(text, whole),
    auditRate: share('REKINDLE_AUDIT_RATE', text('REKINDLE_AUDIT_RATE')) ?? 0.001,
    drainMs: whole('REKINDLE_DRAIN_MS', { from: 0, to: 3_600_000, otherwise: 10_000 }),
    shutdownDelayMs: whole('REKINDLE_SHUTDOWN_DELAY_MS', { from: 0, to: 600_000, otherwise: 0 }),
    warmMs: whole('REKINDLE_WARM_MS', { from: 0, to: 600_000, otherwise: 5_000 }),
    logLevel: oneOf('REKINDLE_LOG', text('REKINDLE_LOG'), logLevels, 'warn'),
    maxMessageBytes: whole('REKINDLE_MAX_MESSAGE_BYTES', { from: 1_024, to: 100_000_000, otherwise: 1_048_576 }),
    localMcpServers: text('REKINDLE_LOCAL_MCP_SERVERS'),
    cookieSecret: cookieSecret(text('REKINDLE_COOKIE_SECRET')),
    adminToken: adminToken(text('REKINDLE_ADMIN_TOKEN')),
    tokens: tokens(text),
    dashboardDir: text('REKINDLE_DASHBOARD_DIR'),
    developmentLogin: developmentLogin(text('REKINDLE_DEVELOPMENT_LOGIN'), production, host),
    production,
    trustedProxies: whole('REKINDLE_TRUSTED_PROXIES', { from: 0, to: 16, otherwise: 0 }),
    limits: {
      requestsPerMinute: whole('REKINDLE_REQUESTS_PER_MINUTE', { from: 1, to: 1_000_000, otherwise: 1_200 }),
      turnsPerMinute: whole('REKINDLE_TURNS_PER_MINUTE', { from: 1, to: 1_000_000, otherwise: 120 }),
      socketsPerUser: whole('REKINDLE_SOCKETS_PER_USER', { from: 1, to: 1_000_000, otherwise: 20 }),
      connections: whole('REKINDLE_MAX_CONNECTIONS', { from: 1, to: 1_000_000, otherwise: 10_000 }),
    },
  }
  assertSomebodyCanSignIn(settings)
  return settings
}

function autoTune(text: Text, whole: Whole): AutoTuneSettings | undefined {
  const target = share('REKINDLE_AUTO_TUNE_TARGET', text('REKINDLE_AUTO_TUNE_TARGET'))
  const minMs = whole('REKINDLE_AUTO_TUNE_MIN_MS', { from: 1_000, to: longestMs, otherwise: 60_000 })
  const maxMs = whole('REKINDLE_AUTO_TUNE_MAX_MS', { from: 1_000, to: longestMs, otherwise: 86_400_000 })
  if (minMs > maxMs) {
    throw new SettingsError(`REKINDLE_AUTO_TUNE_MIN_MS must be at most REKINDLE_AUTO_TUNE_MAX_MS; got ${minMs} and ${maxMs}.`)
  }
  return target === undefined ? undefined : { target, minMs, maxMs }
}

/** A part of a whole: 0.99. */
function share(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d*\.?\d+$/.test(value) ? Number(value) : NaN
  if (number >= 0 && number <= 1) return number
  throw new SettingsError(`${name} must be a number from 0 to 1; got ${JSON.stringify(value)}.`)
}

function tokens(text: Text): TokenSettings {
  const secret = text('REKINDLE_JWT_SECRET')
  if (secret !== undefined && secret.length < 32) {
    throw new SettingsError('REKINDLE_JWT_SECRET must have at least 32 characters, for example from: openssl rand -hex 32')
  }
  const jwksUrl = text('REKINDLE_JWKS_URL')
  // Keys that come unencrypted may be anybody's; from this machine they may.
  const trusted = jwksUrl === undefined || (URL.canParse(jwksUrl) && isTrusted(new URL(jwksUrl)))
  if (!trusted) throw new SettingsError('REKINDLE_JWKS_URL must be an https:// address (or http:// of this machine).')
  const issuer = text('REKINDLE_JWT_ISSUER')
  if (jwksUrl !== undefined && issuer === undefined) {
    throw new SettingsError('REKINDLE_JWT_ISSUER must be set with REKINDLE_JWKS_URL: whose tokens are meant.')
  }
  const audience = text('REKINDLE_JWT_AUDIENCE')
  // An issuer's tokens for its other applications are no keys to this one.
  if (jwksUrl !== undefined && audience === undefined) {
    throw new SettingsError('REKINDLE_JWT_AUDIENCE must be set with REKINDLE_JWKS_URL: for which application tokens must be.')
  }
  return { secret, jwksUrl, issuer, audience }
}

function isTrusted({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

function developmentLogin(value: string | undefined, production: boolean, host: string): boolean {
  if (value !== undefined && value !== 'on' && value !== 'off') {
    throw new SettingsError(`REKINDLE_DEVELOPMENT_LOGIN must be on or off; got ${JSON.stringify(value)}.`)
  }
  if (value === 'on' && production) {
    throw new SettingsError('REKINDLE_DEVELOPMENT_LOGIN cannot be on with NODE_ENV=production: anybody could be anybody.')
  }
  return !production && (value === undefined ? isLoopback(host) : value === 'on')
}

function assertSomebodyCanSignIn({ tokens: { secret, jwksUrl }, adminToken, developmentLogin: open }: Settings): void {
  if (open || secret !== undefined || jwksUrl !== undefined || adminToken !== undefined) return
  throw new SettingsError(
    'Nobody could sign in. Set REKINDLE_JWT_SECRET or REKINDLE_JWKS_URL for users, or REKINDLE_ADMIN_TOKEN for an admin who makes API keys.',
  )
}

function url(name: string, value: string | undefined, protocols: readonly string[], instead: string): string | undefined {
  if (value === undefined) return undefined
  // It may hold a password, so it is not repeated.
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
  throw new SettingsError(`${name} must be an address that begins with ${protocols[0]}//. Leave it out to use ${instead}.`)
}

function oneOf<const Value extends string>(
  name: string,
  value: string | undefined,
  values: readonly Value[],
  otherwise: NoInfer<Value>,
): Value {
  if (value === undefined) return otherwise
  const known = values.find((each) => each === value)
  if (known !== undefined) return known
  throw new SettingsError(`${name} must be one of ${values.join(', ')}; got ${JSON.stringify(value)}.`)
}

function cookieSecret(value: string | undefined): string | undefined {
  if (value === undefined || value.length >= 32) return value
  throw new SettingsError('REKINDLE_COOKIE_SECRET must have at least 32 characters, for example from: openssl rand -hex 32')
}

/** Only what a header can carry as it is. */
function adminToken(value: string | undefined): string | undefined {
  if (value === undefined || /^[\x21-\x7e]{16,}$/.test(value)) return value
  throw new SettingsError(
    'REKINDLE_ADMIN_TOKEN must have at least 16 characters, all of them ASCII without spaces, for example from: openssl rand -hex 32',
  )
}

/** An address as people may see it: without user, password and parameters. */
export function shownUrl(address: string): string {
  if (!URL.canParse(address)) return '(address hidden)'
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
