import { afterEach, beforeEach, expect, it } from 'vitest'
import { readHotKeys, saveHotKeys } from './hot-keys.ts'
import type { HotKey } from './hot-keys.ts'
import { openDatabase } from './open-database.ts'
import type { AppDatabase } from './schema.ts'

const hour = 3_600_000
const noon = Date.UTC(2026, 2, 1, 12)
let db: AppDatabase
beforeEach(async () => {
  db = await openDatabase({ path: ':memory:' })
})
afterEach(() => db.destroy())

function key(agentId: string, usedAt: number): HotKey {
  return { agentId, userId: 'user "7"', reasoning: true, usedAt }
}

it('hands on what all workers were using, each agent once and the latest used first', async () => {
  await saveHotKeys(db, 'worker-1', [key('a', noon - 10), key('b', noon - 20)], noon)
  await saveHotKeys(db, 'worker-2', [key('b', noon - 5), key('c', noon - 30), key('a', noon - 40)], noon)
  expect(await readHotKeys(db, 500, noon)).toEqual([key('b', noon - 5), key('a', noon - 10), key('c', noon - 30)])
  expect(await readHotKeys(db, 1, noon)).toEqual([key('b', noon - 5)])
})

it('knows of each worker what it said last, for an hour', async () => {
  await saveHotKeys(db, 'worker-1', [key('a', noon)], noon)
  await saveHotKeys(db, 'worker-1', [key('b', noon)], noon + 1)
  expect(await readHotKeys(db, 500, noon)).toEqual([key('b', noon)])
  expect(await readHotKeys(db, 500, noon + hour + 2)).toEqual([])
  await saveHotKeys(db, 'worker-2', [key('c', noon + 2 * hour)], noon + 2 * hour)
  expect(await db.selectFrom('hot_keys').select('worker').execute()).toEqual([{ worker: 'worker-2' }])
})

it('reads over what it does not understand', async () => {
  const rows = ['{', '[["a"]]', '[["a", "u", 7, 1]]'].map((keys, at) => ({ worker: `worker-${at}`, saved_at: noon, keys }))
  await db.insertInto('hot_keys').values(rows).execute()
  expect(await readHotKeys(db, 500, noon)).toEqual([])
})
