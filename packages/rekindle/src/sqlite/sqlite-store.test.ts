import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { storeContract } from '../testing/index.ts'
import { sqliteStore } from './index.ts'
import { testFolder } from '../../test/test-folder.ts'

const folder = testFolder('sqlite')

const nothing = { history: 'none', clock: 0 }
const entry = { pointer: '{}', fingerprint: 'print', blob: '{"a":1}', ttlMs: 1_000 }

describe('sqliteStore keeps the contract of stores', () => {
  const store = sqliteStore({ path: join(folder, 'contract.db') })
  for (const { promise, check } of storeContract) test(promise, () => check(store))
})

describe('sqliteStore', () => {
  test('opens its file on first use, makes its folder, and lets only the owner read', async () => {
    const path = join(folder, 'new', 'folder', 'store.db')
    const connection = sqliteStore({ path }).connect('n')
    expect(() => statSync(path)).toThrow('ENOENT')
    await connection.read('id')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await connection.close()
  })

  test('fails each call while its file is none of SQLite’s, and works once it is', async () => {
    const path = join(folder, 'garbage.db')
    writeFileSync(path, 'not a database, and long enough to be read as the header of one'.repeat(20))
    const connection = sqliteStore({ path }).connect('n')
    await expect(connection.read('id')).rejects.toThrow('not a database')
    await expect(connection.write({ id: 'id', ...entry })).rejects.toThrow('not a database')
    rmSync(path)
    await connection.read('id')
    await connection.write({ id: 'id', ...entry })
    expect((await connection.read('id')).pointer).toBe('{}')
    await connection.close()
  })

  test('sweeps what has expired, so that the file does not grow for ever', async () => {
    const path = join(folder, 'sweep.db')
    let now = 1_000_000
    const connection = sqliteStore({ path, clock: { now: () => now } }).connect('n')
    await connection.read('id')
    for (let n = 0; n < 50; n++) await connection.write({ ...entry, id: `old-${n}`, fingerprint: `print-${n}` })
    now += 60_000
    await connection.write({ ...entry, id: 'new' })
    const raw = new DatabaseSync(path)
    const count = (table: string) => raw.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']
    expect([count('rekindle_pointers'), count('rekindle_blobs')]).toEqual([1, 1])
    raw.close()
    await connection.close()
  })

  test('waits for another process’s write without blocking the event loop for it', async () => {
    const path = join(folder, 'busy.db')
    const connection = sqliteStore({ path }).connect('n')
    await connection.read('id')
    const other = new DatabaseSync(path)
    other.exec('BEGIN IMMEDIATE')
    const written = connection.write({ id: 'id', ...entry })
    // Reached only if the write has left the loop free.
    await new Promise((resolve) => setImmediate(resolve))
    other.exec('COMMIT')
    await written
    expect((await connection.read('id')).pointer).toBe('{}')
    other.close()
    await connection.close()
  })

  test('refuses calls after close, without opening the file again', async () => {
    const connection = sqliteStore({ path: join(folder, 'closed.db') }).connect('n')
    await connection.close()
    await expect(connection.read('id')).rejects.toThrow('closed')
  })

  test.each([
    ['put back from a backup while it is open', true],
    ['put back from a backup while nobody has it open', false],
  ])('takes nothing of a file that was %s', async (_, open) => {
    const path = join(folder, `backup-${open}.db`)
    const backup = `${path}.backup`
    const store = sqliteStore({ path })
    const first = store.connect('n')
    await first.read('id')
    await first.write({ id: 'id', ...entry })
    const raw = new DatabaseSync(path)
    raw.exec(`VACUUM INTO '${backup}'`)
    raw.close()
    const { clock } = await first.invalidate(['*'], nothing)
    if (!open) await first.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    renameSync(backup, path)
    // The first to come has seen nothing.
    const other = store.connect('n')
    const { clock: after } = await other.invalidate(['#"x"'], nothing)
    expect(after.history).not.toBe(clock.history)
    if (open) expect((await first.read('id')).clock).toEqual(after)
    await Promise.all([first.close(), other.close()])
  })

  test('begins a new history when what was invalidated is lost but the clock is not', async () => {
    const path = join(folder, 'lost-targets.db')
    const connection = sqliteStore({ path }).connect('n')
    const { clock } = await connection.invalidate(['a'], nothing)
    const raw = new DatabaseSync(path)
    raw.exec('DELETE FROM rekindle_targets')
    raw.close()
    expect((await connection.read('id')).clock.history).not.toBe(clock.history)
    await connection.close()
  })

  test('reads from the file that is there, not from one that was deleted while it was open', async () => {
    const path = join(folder, 'deleted.db')
    const store = sqliteStore({ path })
    const old = store.connect('n')
    await old.read('id')
    await old.write({ id: 'id', ...entry })
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    const other = store.connect('n')
    const { clock } = await other.invalidate(['*'], nothing)
    expect(await old.read('id')).toEqual({ pointer: undefined, clock })
    await Promise.all([old.close(), other.close()])
  })
})
