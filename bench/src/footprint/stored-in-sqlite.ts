import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from 'rekindle/sqlite'
import type { Comparison } from '../benchmark.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { sampleConfig } from '../sample-agent.ts'
import { joined, sampleKeys } from '../sample-keys.ts'

const sessions = 1_000
const keys = sampleKeys(sessions, 1)
const config = sampleConfig(0)

const raw = 'one config per row: a table of key and config'
const shared = 'rekindle'

/** What sessions of one agent take in a SQLite file, which is the same every time. */
export function sqliteComparison(): Comparison {
  return {
    title: `SQLite file per session, ${sessions} sessions of one agent`,
    rounds: 1,
    unit: 'bytes',
    baseline: raw,
    contestants: [
      { name: raw, round: () => bytesPerSession(storeRaw) },
      { name: shared, round: () => bytesPerSession(storeByRekindle) },
    ],
    targets: [],
    notes: ['The size of the file when all have closed it; an empty one included, which is some 40 bytes per session.'],
  }
}

async function bytesPerSession(store: (path: string) => void | Promise<void>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  const path = join(folder, 'configs.db')
  try {
    await store(path)
    return statSync(path).size / sessions
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function storeRaw(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE configs (key TEXT PRIMARY KEY, config TEXT NOT NULL, expires INTEGER)')
  const insert = database.prepare('INSERT INTO configs VALUES (?, ?, ?)')
  for (const key of keys) insert.run(joined(key), JSON.stringify(config), Date.now())
  database.close()
}

async function storeByRekindle(path: string): Promise<void> {
  const store = sqliteStore({ path })
  await rekindleReader({ name: shared, namespace: 'footprint', store, keys, warmUp: [], configOf: () => config })
  const database = new DatabaseSync(path)
  const { count } = database.prepare('SELECT count(*) AS count FROM rekindle_pointers').get() as { readonly count: number }
  database.close()
  if (count !== sessions) throw new Error(`Rekindle stored ${count} pointers instead of ${sessions}.`)
}
