import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import type { CacheSettings } from 'rekindle'
import type { Environment } from './models/provider-environment.ts'
import { readSignIn } from './sign-in-settings.ts'
import type { SignInSettings } from './sign-in-settings.ts'
import { SettingsError, Variables } from './variables.ts'

const cacheModes = ['full', 'memory', 'off'] as const
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** How this server was set up. docs/server.md lists the variables. */
export interface Settings extends SignInSettings {
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
  /** The built dashboard. Without it, the one beside this server. */
  readonly dashboardDir: string | undefined
  readonly production: boolean
  /** Proxies between the client and here whose `X-Forwarded-…` headers are believed. */
  readonly trustedProxies: number
  readonly limits: Limits
}

/** Times to live are kept between the two, so that `target` of all requests need no full build. */
interface AutoTuneSettings {
  readonly target: number
  readonly minTtlMs: number
  readonly maxTtlMs: number
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

/** 30 days. */
const longestMs = 2_592_000_000

/** Reads the settings; empty variables count as unset. Throws {@link SettingsError}. */
export function readSettings(environment: Environment): Settings {
  const variables = new Variables(environment)
  const dataDir = resolve(variables.text('REKINDLE_DATA_DIR') ?? 'data')
  const host = variables.text('HOST') ?? '127.0.0.1'
  const production = variables.text('NODE_ENV') === 'production'
  return {
    host,
    port: variables.whole('PORT', { from: 0, to: 65_535, otherwise: 3000 }),
    workers: variables.whole('REKINDLE_WORKERS', { from: 1, to: 256, otherwise: availableParallelism() }),
    dataDir,
    databaseUrl: variables.url('DATABASE_URL', ['postgres:', 'postgresql:'], 'SQLite'),
    databasePath: join(dataDir, 'agents.sqlite'),
    redisUrl: variables.url('REDIS_URL', ['redis:', 'rediss:'], 'SQLite'),
    storePath: join(dataDir, 'configs.sqlite'),
    cache: variables.oneOf('REKINDLE_CACHE', cacheModes, 'full'),
    keep: readKeep(variables),
    autoTune: readAutoTune(variables),
    auditRate: variables.share('REKINDLE_AUDIT_RATE') ?? 0.001,
    drainMs: variables.whole('REKINDLE_DRAIN_MS', { from: 0, to: 3_600_000, otherwise: 10_000 }),
    shutdownDelayMs: variables.whole('REKINDLE_SHUTDOWN_DELAY_MS', { from: 0, to: 600_000, otherwise: 0 }),
    warmMs: variables.whole('REKINDLE_WARM_MS', { from: 0, to: 600_000, otherwise: 5_000 }),
    logLevel: variables.oneOf('REKINDLE_LOG', logLevels, 'warn'),
    maxMessageBytes: variables.whole('REKINDLE_MAX_MESSAGE_BYTES', { from: 1_024, to: 100_000_000, otherwise: 1_048_576 }),
    localMcpServers: variables.text('REKINDLE_LOCAL_MCP_SERVERS'),
    dashboardDir: variables.text('REKINDLE_DASHBOARD_DIR'),
    production,
    trustedProxies: variables.whole('REKINDLE_TRUSTED_PROXIES', { from: 0, to: 16, otherwise: 0 }),
    limits: readLimits(variables),
    ...readSignIn(variables, { production, host }),
  }
}

function readKeep(variables: Variables): CacheSettings {
  const configTtlMs = variables.whole('REKINDLE_CONFIG_TTL_MS', { from: 0, to: longestMs, otherwise: 3_600_000 })
  return {
    configTtlMs,
    liveTtlMs: variables.whole('REKINDLE_LIVE_TTL_MS', { from: 0, to: longestMs, otherwise: configTtlMs }),
    idleMs: variables.whole('REKINDLE_LIVE_IDLE_MS', { from: 0, to: longestMs, otherwise: 900_000 }),
    maxAgents: variables.whole('REKINDLE_LIVE_MAX_AGENTS', { from: 0, to: 1_000_000, otherwise: 1_000 }),
  }
}

function readAutoTune(variables: Variables): AutoTuneSettings | undefined {
  const target = variables.share('REKINDLE_AUTO_TUNE_TARGET')
  const minTtlMs = variables.whole('REKINDLE_AUTO_TUNE_MIN_MS', { from: 1_000, to: longestMs, otherwise: 60_000 })
  const maxTtlMs = variables.whole('REKINDLE_AUTO_TUNE_MAX_MS', { from: 1_000, to: longestMs, otherwise: 86_400_000 })
  if (minTtlMs > maxTtlMs) {
    throw new SettingsError(
      `REKINDLE_AUTO_TUNE_MIN_MS must be at most REKINDLE_AUTO_TUNE_MAX_MS; got ${minTtlMs} and ${maxTtlMs}.`,
    )
  }
  return target === undefined ? undefined : { target, minTtlMs, maxTtlMs }
}

function readLimits(variables: Variables): Limits {
  return {
    requestsPerMinute: variables.whole('REKINDLE_REQUESTS_PER_MINUTE', { from: 1, to: 1_000_000, otherwise: 1_200 }),
    turnsPerMinute: variables.whole('REKINDLE_TURNS_PER_MINUTE', { from: 1, to: 1_000_000, otherwise: 120 }),
    socketsPerUser: variables.whole('REKINDLE_SOCKETS_PER_USER', { from: 1, to: 1_000_000, otherwise: 20 }),
    connections: variables.whole('REKINDLE_MAX_CONNECTIONS', { from: 1, to: 1_000_000, otherwise: 10_000 }),
  }
}

/** An address as people may see it: without user, password and parameters. */
export function shownUrl(address: string): string {
  if (!URL.canParse(address)) return '(address hidden)'
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}
