import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import { sqliteStore } from 'rekindle/sqlite'
import type { Comparison } from '../benchmark.ts'
import { findingsOf } from '../findings.ts'
import { OrderedProcess } from '../fleet-process.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { sampleConfig } from '../sample-agent.ts'
import { sampleKeys } from '../sample-keys.ts'
import {
  loadMs,
  rawName,
  restartAgents,
  type Restarted,
  restartNamespace,
  type RestartOrder,
  type RestartWay,
} from './restart-orders.ts'

const path = join(import.meta.dirname, 'restart-process.ts')
const builds = 'no store: every agent is built'

const rows: Readonly<Record<RestartWay, string>> = {
  builds,
  raw: 'raw ioredis GET + JSON.parse',
  redis: 'rekindle/redis, configs are there',
  sqlite: 'rekindle/sqlite, configs are there',
}
const ways = Object.keys(rows) as RestartWay[]

export interface Restarts {
  readonly comparisons: readonly Comparison[]
  /** Removes what was stored in files. Safe at any time, and twice. */
  clear(): void
}

/** A worker starts anew, and the configs of its agents are in a store already, or they are not. */
export async function restarts(redisPort: number): Promise<Restarts> {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  const sqlitePath = join(folder, 'configs.db')
  await fill(redisPort, sqlitePath)
  const all = ways.map((way) => ({
    name: rows[way],
    findings: findingsOf(() => restarted({ way, redisPort, sqlitePath })),
  }))
  return {
    comparisons: [
      {
        title: 'A worker starts: until its first agent',
        unit: 'ms',
        baseline: builds,
        contestants: all.map(({ name, findings }) => ({ name, round: findings.measure(({ firstMs }) => firstMs) })),
        targets: [],
        notes: [
          `A new process each time, from before its imports, with connecting. To load a config takes ${loadMs} ms, to make an agent of it next`,
          'to nothing. Each agent has a config of its own of some 4 KB. Without a store this is imports and one load; with Redis, much of it',
          'is the import of ioredis.',
        ],
      },
      {
        title: `The same starts: until its first ${restartAgents} agents`,
        unit: 'ms',
        baseline: builds,
        contestants: all.map(({ name, findings }) => ({ name, round: findings.recall(({ allMs }) => allMs) })),
        targets: [],
        notes: ['When the first is there, all others are asked for at once. Rekindle loads 32 at a time, as by default.'],
      },
    ],
    clear: () => rmSync(folder, { recursive: true, force: true }),
  }
}

async function fill(redisPort: number, sqlitePath: string): Promise<void> {
  const keys = sampleKeys(restartAgents, restartAgents)
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  for (const [index, { sessionId }] of keys.entries()) await client.set(rawName(sessionId), JSON.stringify(sampleConfig(index)))
  for (const store of [redisStore({ client }), sqliteStore({ path: sqlitePath })]) {
    await rekindleReader({ name: 'fill', namespace: restartNamespace, store, keys, warmUp: [], configOf: sampleConfig })
  }
  client.disconnect()
}

async function restarted(order: RestartOrder): Promise<Restarted> {
  const worker = new OrderedProcess<RestartOrder>(path)
  const stop = () => worker.kill()
  process.once('exit', stop)
  try {
    return await worker.order<Restarted>(order)
  } finally {
    process.off('exit', stop)
    stop()
  }
}
