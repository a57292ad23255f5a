import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { Environment } from './models/provider-environment.ts'

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
  /** What turns in progress may take to finish when the server stops. */
  readonly drainMs: number
  readonly logLevel: (typeof logLevels)[number]
  /** Of one request: the body over HTTP, the message over WebSocket. */
  readonly maxMessageBytes: number
  /** Without it the secret is a file in `dataDir`. */
  readonly cookieSecret: string | undefined
  /** Whoever has it may edit agents. Without it only this machine may, while `host` is a loopback address. */
  readonly adminToken: string | undefined
}

/** A variable of the environment cannot be worked with. The message names it and never repeats what may be secret. */
class SettingsError extends Error {}

/** Reads the settings; empty variables count as unset. Throws {@link SettingsError}. */
export function readSettings(environment: Environment): Settings {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined
  const whole = (name: string, { from, to, otherwise }: { from: number; to: number; otherwise: number }): number => {
    const value = text(name)
    if (value === undefined) return otherwise
    const number = /^\d+$/.test(value) ? Number(value) : NaN
    if (number >= from && number <= to) return number
    throw new SettingsError(`${name} must be a whole number from ${from} to ${to}; got ${JSON.stringify(value)}.`)
  }
  const dataDir = resolve(text('REKINDLE_DATA_DIR') ?? 'data')
  return {
    host: text('HOST') ?? '127.0.0.1',
    port: whole('PORT', { from: 0, to: 65_535, otherwise: 3000 }),
    workers: whole('REKINDLE_WORKERS', { from: 1, to: 256, otherwise: availableParallelism() }),
    dataDir,
    databaseUrl: url('DATABASE_URL', text('DATABASE_URL'), ['postgres:', 'postgresql:'], 'SQLite'),
    databasePath: join(dataDir, 'agents.sqlite'),
    redisUrl: url('REDIS_URL', text('REDIS_URL'), ['redis:', 'rediss:'], 'SQLite'),
    storePath: join(dataDir, 'configs.sqlite'),
    drainMs: whole('REKINDLE_DRAIN_MS', { from: 0, to: 3_600_000, otherwise: 10_000 }),
    logLevel: logLevel(text('REKINDLE_LOG')),
    maxMessageBytes: whole('REKINDLE_MAX_MESSAGE_BYTES', { from: 1_024, to: 100_000_000, otherwise: 1_048_576 }),
    cookieSecret: cookieSecret(text('REKINDLE_COOKIE_SECRET')),
    adminToken: adminToken(text('REKINDLE_ADMIN_TOKEN')),
  }
}

function url(name: string, value: string | undefined, protocols: readonly string[], instead: string): string | undefined {
  if (value === undefined) return undefined
  // It may hold a password, so it is not repeated.
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value
  throw new SettingsError(`${name} must be an address that begins with ${protocols[0]}//. Leave it out to use ${instead}.`)
}

function logLevel(value: string | undefined): Settings['logLevel'] {
  if (value === undefined) return 'warn'
  const level = logLevels.find((known) => known === value)
  if (level !== undefined) return level
  throw new SettingsError(`REKINDLE_LOG must be one of ${logLevels.join(', ')}; got ${JSON.stringify(value)}.`)
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
