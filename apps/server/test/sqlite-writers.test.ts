import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { ensureUser } from '../src/database/users.ts'
import { problemOf } from '../src/problem.ts'

let folder: string
let db: AppDatabase
let other: DatabaseSync
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-writers-'))
  const path = join(folder, 'agents.sqlite')
  db = await openDatabase({ path })
  other = new DatabaseSync(path)
})
afterAll(async () => {
  other.close()
  await db.destroy()
  rmSync(folder, { recursive: true, force: true })
})
// What another process would do that writes for a while.
beforeEach(() => other.exec('begin immediate'))
afterEach(() => other.isTransaction && other.exec('rollback'))

const now = (): number => 0
const users = () => db.selectFrom('users').select('id').orderBy('id').execute()

describe('while another process writes to its file', () => {
  it.each([
    ['a statement', (id: string) => ensureUser(db, { id }, now)],
    ['a transaction', (id: string) => db.transaction().execute((transaction) => ensureUser(transaction, { id }, now))],
  ])('the database lets %s wait, and neither readers nor anything else in the process', async (what, write) => {
    let written = false
    const writing = write(what).then(() => (written = true))
    let longestMs = 0
    for (let round = 0; round < 20; round++) {
      const before = performance.now()
      await Promise.all([
        users(),
        db
          .transaction()
          .setAccessMode('read only')
          .execute(async () => {}),
        delay(2),
      ])
      longestMs = Math.max(longestMs, performance.now() - before)
    }
    expect(written).toBe(false)
    // Had SQLite waited itself, nothing would have come between.
    expect(longestMs).toBeLessThan(1_000)
    other.exec('commit')
    await writing
    expect(await users()).toContainEqual({ id: what })
  })

  it('writers of one process come one after the other, and all of them in the end', async () => {
    const ids = Array.from({ length: 20 }, (_, at) => `writer ${at}`)
    const writing = ids.map((id) => db.transaction().execute((transaction) => ensureUser(transaction, { id }, now)))
    await delay(20)
    other.exec('rollback')
    await Promise.all(writing)
    expect((await users()).filter(({ id }) => id.startsWith('writer'))).toHaveLength(ids.length)
  })

  it('a writer gives up after five seconds, which leaves the next one free to try', async () => {
    const began = performance.now()
    const error: unknown = await ensureUser(db, { id: 'patient' }, now).catch((reason: unknown) => reason)
    expect(performance.now() - began).toBeGreaterThan(4_500)
    expect(problemOf(error)).toMatchObject({ status: 503, code: 'unavailable' })
    other.exec('rollback')
    await ensureUser(db, { id: 'patient' }, now)
  })
})

it('undoes a transaction that fails, and goes on', async () => {
  other.exec('rollback')
  const failing = db.transaction().execute(async (transaction) => {
    await ensureUser(transaction, { id: 'undone' }, now)
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await ensureUser(db, { id: 'kept' }, now)
  const ids = (await users()).map(({ id }) => id)
  expect(ids).toContain('kept')
  expect(ids).not.toContain('undone')
})
