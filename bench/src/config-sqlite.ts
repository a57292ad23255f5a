import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sqliteStore } from 'rekindle/sqlite'
import type { Benchmark } from './benchmark.ts'
import { latency, throughput } from './config-reader.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { sampleConfig } from './sample-agent.ts'
import { sampleKeys } from './sample-keys.ts'

const agentCount = 20
const sessions = 1_000
const requests = 300

const shared = 'rekindle acquire, sessions share their agent’s config'
const own = 'rekindle acquire, every session has its own config'

/** An agent that is not in memory, but whose config is in a SQLite file. For information: no peer has such a tier. */
export const configSqlite: Benchmark = {
  needsRedis: false,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
    const all = sampleKeys(sessions + agentCount, agentCount)
    const common = {
      store: sqliteStore({ path: join(folder, 'configs.db') }),
      keys: all.slice(0, sessions),
      warmUp: all.slice(sessions),
    }
    const readers = [
      await rekindleReader({
        ...common,
        name: shared,
        namespace: 'shared',
        configOf: (session) => sampleConfig(session % agentCount),
      }),
      await rekindleReader({ ...common, name: own, namespace: 'own', configOf: (session) => sampleConfig(agentCount + session) }),
    ]
    const notes = ['For information. SQLite answers in this process, one call after the other.']
    return {
      comparisons: [
        {
          title: 'Config hit in SQLite, one at a time: p50',
          unit: 'µs',
          baseline: shared,
          contestants: readers.map((reader) => ({ name: reader.name, round: latency(reader, requests) })),
          targets: [],
          notes,
        },
        {
          title: `Config hits in SQLite, ${sessions} at once: throughput`,
          unit: 'per second',
          baseline: shared,
          contestants: readers.map((reader) => ({ name: reader.name, round: throughput(reader, sessions, 1) })),
          targets: [],
          notes,
        },
      ],
      end: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}
