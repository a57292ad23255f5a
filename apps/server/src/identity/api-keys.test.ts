import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../database/open-database.ts'
import type { AppDatabase } from '../database/schema.ts'
import { ApiKeys } from './api-keys.ts'

const dayMs = 86_400_000

describe('an API key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-keys-'))
  let db: AppDatabase
  let time = 0
  const now = (): number => time
  let keys: ApiKeys
  /** Of another worker. */
  let others: ApiKeys
  beforeAll(async () => {
    db = await openDatabase({ path: join(folder, 'agents.sqlite') })
    keys = new ApiKeys(db, now)
    others = new ApiKeys(db, now)
  })
  afterAll(async () => {
    await db.destroy()
    rmSync(folder, { recursive: true })
  })

  it('is shown once, and is nowhere in the database', async () => {
    const { key, secret } = await keys.create({ name: 'billing', role: 'user' })
    expect(secret).toMatch(/^rk_[0-9a-f]{16}_[\w-]{43}$/)
    expect(await others.check(secret)).toEqual(key)
    expect(key).toEqual({
      id: secret.slice(3, 19),
      name: 'billing',
      role: 'user',
      createdAt: expect.any(String),
      expiresAt: null,
    })
    const rows = JSON.stringify(await db.selectFrom('api_keys').selectAll().execute())
    expect(rows).not.toContain(secret.slice(20))
    expect(JSON.stringify(await keys.list())).not.toMatch(/hash|[0-9a-f]{64}/)
  })

  it('is worth something only as a whole', async () => {
    const { secret } = await keys.create({ name: 'billing', role: 'admin' })
    const other = await keys.create({ name: 'other', role: 'user' })
    const last = secret.endsWith('A') ? 'B' : 'A'
    for (const wrong of [
      secret.slice(0, -1) + last,
      secret.slice(0, 20) + other.secret.slice(20),
      secret.slice(0, 19),
      `${secret}x`,
      secret.toUpperCase(),
      `rk_${"' or 1=1 --".padEnd(16)}_${'x'.repeat(43)}`,
      'rk__',
    ]) {
      expect(await keys.check(wrong)).toBeUndefined()
    }
  })

  it('ends in time, wherever it has been seen before', async () => {
    time = 0
    const { secret, key } = await keys.create({ name: 'short', role: 'user', expiresInDays: 1 })
    time = dayMs - 1
    expect(await others.check(secret)).toEqual(key)
    time = dayMs
    expect(await others.check(secret)).toBeUndefined()
    expect(await others.checkId(key.id)).toBeUndefined()
  })

  it('ends at once where it is deleted, and ten seconds later elsewhere', async () => {
    const { secret, key } = await keys.create({ name: 'gone', role: 'user' })
    for (const each of [keys, others]) expect(await each.check(secret)).toEqual(key)
    expect(await keys.delete(key.id)).toBe(true)
    expect(await keys.check(secret)).toBeUndefined()
    time += 9_999
    expect(await others.check(secret)).toEqual(key)
    time += 1
    expect(await others.check(secret)).toBeUndefined()
    expect(await keys.delete(key.id)).toBe(false)
  })

  it('is looked up no more than once in ten seconds, whether it exists or not', async () => {
    time += 20_000
    const { secret } = await keys.create({ name: 'busy', role: 'user' })
    const unknown = `rk_${'0'.repeat(16)}_${'x'.repeat(43)}`
    for (const each of [secret, unknown]) await others.check(each)
    await db.schema.alterTable('api_keys').renameTo('api_keys_away').execute()
    try {
      expect(await others.check(secret)).toBeDefined()
      expect(await others.check(unknown)).toBeUndefined()
      time += 10_000
      await expect(others.check(secret)).rejects.toThrow('no such table')
    } finally {
      await db.schema.alterTable('api_keys_away').renameTo('api_keys').execute()
    }
  })
})
