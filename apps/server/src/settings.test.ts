import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSettings, shownUrl } from './settings.ts'

describe('the settings', () => {
  it('need nothing: everything has a default', () => {
    expect(readSettings({})).toEqual({
      host: '127.0.0.1',
      port: 3000,
      workers: availableParallelism(),
      dataDir: resolve('data'),
      databaseUrl: undefined,
      databasePath: resolve('data/agents.sqlite'),
      redisUrl: undefined,
      storePath: resolve('data/configs.sqlite'),
      cache: 'full',
      keep: { configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 1_000 },
      autoTune: undefined,
      auditRate: 0.001,
      drainMs: 10_000,
      shutdownDelayMs: 0,
      warmMs: 5_000,
      logLevel: 'warn',
      maxMessageBytes: 1_048_576,
      cookieSecret: undefined,
      adminToken: undefined,
      tokens: { secret: undefined, jwksUrl: undefined, issuer: undefined, audience: undefined },
      developmentLogin: true,
      production: false,
      trustedProxies: 0,
      limits: { requestsPerMinute: 1_200, turnsPerMinute: 120, socketsPerUser: 20, connections: 10_000 },
    })
  })

  it('take an empty variable for one that is not set', () => {
    expect(readSettings({ PORT: '', REDIS_URL: ' ', REKINDLE_LOG: '' })).toEqual(readSettings({}))
  })

  it.each([
    ['PORT', '70000', /^PORT must be a whole number from 0 to 65535; got "70000"/],
    ['PORT', '3e3', /^PORT must be/],
    ['REKINDLE_WORKERS', '0', /^REKINDLE_WORKERS must be a whole number from 1/],
    ['REKINDLE_DRAIN_MS', '-1', /^REKINDLE_DRAIN_MS must be/],
    ['REKINDLE_LOG', 'loud', /^REKINDLE_LOG must be one of trace, /],
    ['REKINDLE_COOKIE_SECRET', 'hunter2', /^REKINDLE_COOKIE_SECRET must have at least 32(?!.*hunter2)/],
    ['REKINDLE_ADMIN_TOKEN', 'hunter2', /^REKINDLE_ADMIN_TOKEN must have at least 16(?!.*hunter2)/],
    ['REKINDLE_ADMIN_TOKEN', 'hunter2 hunter2 hunter2', /^REKINDLE_ADMIN_TOKEN must have.* without spaces(?!.*hunter2)/],
    ['REKINDLE_ADMIN_TOKEN', 'ḧunter2-ḧunter2-ḧunter2', /^REKINDLE_ADMIN_TOKEN must have.* ASCII(?!.*hunter2)/],
    ['REDIS_URL', 'localhost:6379?hunter2', /^REDIS_URL must be an address that begins with redis:(?!.*hunter2)/],
    ['REKINDLE_CACHE', 'some', /^REKINDLE_CACHE must be one of full, memory, off; got "some"/],
    ['REKINDLE_CONFIG_TTL_MS', '1h', /^REKINDLE_CONFIG_TTL_MS must be a whole number from 0 to 2592000000; got "1h"/],
    ['REKINDLE_LIVE_MAX_AGENTS', '-1', /^REKINDLE_LIVE_MAX_AGENTS must be a whole number/],
    ['REKINDLE_AUDIT_RATE', '1.5', /^REKINDLE_AUDIT_RATE must be a number from 0 to 1; got "1.5"/],
    ['REKINDLE_AUDIT_RATE', '1%', /^REKINDLE_AUDIT_RATE must be/],
    ['REKINDLE_AUTO_TUNE_TARGET', '99', /^REKINDLE_AUTO_TUNE_TARGET must be a number from 0 to 1; got "99"/],
    ['REKINDLE_AUTO_TUNE_MIN_MS', '0', /^REKINDLE_AUTO_TUNE_MIN_MS must be a whole number from 1000/],
    ['REKINDLE_AUTO_TUNE_MAX_MS', '59999', /^REKINDLE_AUTO_TUNE_MIN_MS must be at most .*_MAX_MS; got 60000 and 59999/],
    ['REKINDLE_JWT_SECRET', 'hunter2', /^REKINDLE_JWT_SECRET must have at least 32(?!.*hunter2)/],
    ['REKINDLE_JWKS_URL', 'http://login.example/hunter2', /^REKINDLE_JWKS_URL must be an https:(?!.*hunter2)/],
    ['REKINDLE_JWKS_URL', 'file:///hunter2', /^REKINDLE_JWKS_URL must be an https:(?!.*hunter2)/],
    ['REKINDLE_JWKS_URL', 'hunter2', /^REKINDLE_JWKS_URL must be an https:(?!.*hunter2)/],
    ['REKINDLE_JWKS_URL', 'https://login.example/keys', /^REKINDLE_JWT_ISSUER must be set/],
    ['REKINDLE_DEVELOPMENT_LOGIN', 'yes', /^REKINDLE_DEVELOPMENT_LOGIN must be on or off; got "yes"/],
    ['REKINDLE_TRUSTED_PROXIES', '10.0.0.1', /^REKINDLE_TRUSTED_PROXIES must be a whole number/],
    ['REKINDLE_REQUESTS_PER_MINUTE', '0', /^REKINDLE_REQUESTS_PER_MINUTE must be a whole number from 1/],
    ['REKINDLE_SOCKETS_PER_USER', '0', /^REKINDLE_SOCKETS_PER_USER must be a whole number from 1/],
    ['REKINDLE_MAX_CONNECTIONS', 'many', /^REKINDLE_MAX_CONNECTIONS must be a whole number from 1/],
    ['DATABASE_URL', 'mysql://me:hunter2@db/x', /^DATABASE_URL must be an address that begins with postgres:(?!.*hunter2)/],
  ])('name the variable that is wrong, and repeat no secret: %s=%s', (name, value, message) => {
    expect(() => readSettings({ [name]: value })).toThrow(message)
  })
})

describe('what is kept, and how it is watched', () => {
  it('is as rekindle has it, but for what is set; live agents are kept as long as configs unless told otherwise', () => {
    expect(readSettings({ REKINDLE_CONFIG_TTL_MS: '60000', REKINDLE_LIVE_MAX_AGENTS: '50' }).keep).toEqual({
      configTtlMs: 60_000,
      liveTtlMs: 60_000,
      idleMs: 900_000,
      maxAgents: 50,
    })
    expect(readSettings({ REKINDLE_LIVE_TTL_MS: '5000' }).keep).toMatchObject({ configTtlMs: 3_600_000, liveTtlMs: 5_000 })
    expect(readSettings({ REKINDLE_AUDIT_RATE: '0' }).auditRate).toBe(0)
  })

  it('is tuned only where a target is set, between a minute and a day', () => {
    const bounds = { REKINDLE_AUTO_TUNE_MIN_MS: '1000', REKINDLE_AUTO_TUNE_MAX_MS: '2000' }
    expect(readSettings(bounds).autoTune).toBeUndefined()
    expect(readSettings({ REKINDLE_AUTO_TUNE_TARGET: '.95' }).autoTune).toEqual({
      target: 0.95,
      minTtlMs: 60_000,
      maxTtlMs: 86_400_000,
    })
    expect(readSettings({ ...bounds, REKINDLE_AUTO_TUNE_TARGET: '0.9' }).autoTune).toEqual({
      target: 0.9,
      minTtlMs: 1_000,
      maxTtlMs: 2_000,
    })
  })
})

describe('the development login', () => {
  it.each([
    [{}, true],
    [{ HOST: 'localhost' }, true],
    [{ REKINDLE_DEVELOPMENT_LOGIN: 'on', HOST: '0.0.0.0' }, true],
    [{ HOST: '0.0.0.0', REKINDLE_ADMIN_TOKEN: 'x'.repeat(16) }, false],
    [{ REKINDLE_DEVELOPMENT_LOGIN: 'off', REKINDLE_JWT_SECRET: 'x'.repeat(32) }, false],
    [{ NODE_ENV: 'production', REKINDLE_JWT_SECRET: 'x'.repeat(32) }, false],
  ])('is there only where this machine alone is asked: %j, %s', (environment, developmentLogin) => {
    expect(readSettings(environment)).toMatchObject({ developmentLogin })
  })

  it('is never there in production', () => {
    const environment = { NODE_ENV: 'production', REKINDLE_DEVELOPMENT_LOGIN: 'on' }
    expect(() => readSettings(environment)).toThrow('REKINDLE_DEVELOPMENT_LOGIN cannot be on with NODE_ENV=production')
  })
})

it.each([{ HOST: '0.0.0.0' }, { NODE_ENV: 'production' }, { REKINDLE_DEVELOPMENT_LOGIN: 'off' }])(
  'a server at which nobody could sign in does not start: %j',
  (environment) => {
    expect(() => readSettings(environment)).toThrow(/^Nobody could sign in\. Set REKINDLE_JWT_SECRET/)
  },
)

it.each([{ REKINDLE_JWKS_URL: 'https://login.example/keys' }, { REKINDLE_JWKS_URL: 'http://127.0.0.1:8080/keys' }])(
  'the keys of an issuer come from where nobody can change them on the way: %j',
  (environment) => {
    const settings = readSettings({
      ...environment,
      REKINDLE_JWT_ISSUER: 'https://login.example',
      REKINDLE_JWT_AUDIENCE: 'agents',
    })
    expect(settings.tokens.jwksUrl).toBe(environment.REKINDLE_JWKS_URL)
  },
)

it('tokens that an issuer makes for its other applications are never taken for ours', () => {
  const issuer = { REKINDLE_JWKS_URL: 'https://login.example/keys', REKINDLE_JWT_ISSUER: 'https://login.example' }
  expect(() => readSettings(issuer)).toThrow(/^REKINDLE_JWT_AUDIENCE must be set/)
})

it.each([
  ['postgres://me:hunter2@db.local:5433/agents?sslmode=require&password=hunter2', 'postgres://db.local:5433/agents'],
  ['redis://:hunter2@127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ['redis://hunter2@cache/3', 'redis://cache/3'],
  ['hunter2', '(address hidden)'],
])('addresses are shown without what may be secret: %s', (address, shown) => {
  expect(shownUrl(address)).toBe(shown)
})
