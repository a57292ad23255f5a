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
      drainMs: 10_000,
      logLevel: 'warn',
      maxMessageBytes: 1_048_576,
      cookieSecret: undefined,
      adminToken: undefined,
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
    ['DATABASE_URL', 'mysql://me:hunter2@db/x', /^DATABASE_URL must be an address that begins with postgres:(?!.*hunter2)/],
  ])('name the variable that is wrong, and repeat no secret: %s=%s', (name, value, message) => {
    expect(() => readSettings({ [name]: value })).toThrow(message)
  })
})

it.each([
  ['postgres://me:hunter2@db.local:5433/agents?sslmode=require&password=hunter2', 'postgres://db.local:5433/agents'],
  ['redis://:hunter2@127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ['redis://hunter2@cache/3', 'redis://cache/3'],
  ['hunter2', '(address hidden)'],
])('addresses are shown without what may be secret: %s', (address, shown) => {
  expect(shownUrl(address)).toBe(shown)
})
