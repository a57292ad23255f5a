import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { storeContract } from '../testing/index.ts'
import { sqliteStore } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'rekindle-sqlite-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
    const connection = sqliteStore({ path, now: () => now }).connect('n')
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
})
