import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sqliteStore } from 'rekindle/sqlite'
import type { Benchmark } from './benchmark.ts'
import { type ConfigReader, latency, throughput } from './config-reader.ts'
import type { ConfigOf } from './peers/peer-hits.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { createAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const agentCount = 20
const sessions = 1_000
const requests = 300

const raw = 'raw node:sqlite SELECT + JSON.parse'
const shared = 'rekindle acquire, sessions share their agent’s config'
const own = 'rekindle acquire, every session has its own config'

/** An agent that is not in memory, but whose config is in a SQLite file. For information: no peer measured here has such a tier. */
export const configSqlite: Benchmark = {
  needsRedis: false,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
    const all = sampleKeys(sessions + agentCount, agentCount)
    const keys = all.slice(0, sessions)
    const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
    const configOf: ConfigOf = (session) => configs[session % agentCount]!
    const table = openTable(join(folder, 'raw.db'))
    const common = { store: sqliteStore({ path: join(folder, 'configs.db') }), keys, warmUp: all.slice(sessions) }
    const readers = [
      table.reader(
        keys.map(({ sessionId }) => sessionId),
        configOf,
      ),
      await rekindleReader({ ...common, name: shared, namespace: 'shared', configOf }),
      await rekindleReader({ ...common, name: own, namespace: 'own', configOf: (session) => sampleConfig(agentCount + session) }),
    ]
    const notes = [
      'For information. SQLite answers in this process, one call after the other. The raw SELECT is one prepared statement on a',
      'table of session and config in WAL mode; it cannot tell what has been invalidated.',
    ]
    return {
      comparisons: [
        {
          title: 'Config hit in SQLite, one at a time: p50',
          unit: 'µs',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [],
          notes,
        },
        {
          title: `Config hits in SQLite, ${sessions} at once: throughput`,
          unit: 'per second',
          baseline: raw,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, sessions, 1) })),
          targets: [],
          notes: [],
        },
      ],
      async end() {
        table.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

function openTable(path: string) {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE configs (session TEXT PRIMARY KEY, config TEXT NOT NULL) WITHOUT ROWID')
  return {
    reader(sessionIds: readonly string[], configOf: ConfigOf): ConfigReader {
      const insert = database.prepare('INSERT INTO configs VALUES (?, ?)')
      for (const [session, sessionId] of sessionIds.entries()) insert.run(sessionId, JSON.stringify(configOf(session)))
      const select = database.prepare('SELECT config FROM configs WHERE session = ?')
      return {
        name: raw,
        async read(session) {
          const { config } = select.get(sessionIds[session]!) as { readonly config: string }
          return createAgent(JSON.parse(config) as SampleConfig)
        },
      }
    },
    close: () => database.close(),
  }
}
