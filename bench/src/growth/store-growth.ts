import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import { sqliteStore } from 'rekindle/sqlite'
import type { Grid } from '../benchmark.ts'
import { type ConfigReader, latency } from '../config-reader.ts'
import { startRedis } from '../redis-server.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { createAgent, sampleConfig } from '../sample-agent.ts'
import { type SampleKey, sampleKeys } from '../sample-keys.ts'
import { curveGrid, growthTarget, lineOf, Lines, spaced } from './curve-grid.ts'

const agentCount = 20
/** Sessions that are stored one by one, and asked for; all others are copies of them. */
const mostReal = 1_000
const requests = 100
const unmeasured = 2
const from = 1_000

const raw = 'raw ioredis GET + JSON.parse'
const onRedis = 'rekindle, Redis'
const onSqlite = 'rekindle, SQLite'

/** A store with so many sessions, and ways to read from it. */
interface Shelf {
  readonly sessions: number
  readonly rounds: readonly { readonly name: string; readonly round: () => Promise<number> }[]
  end(): Promise<void>
}

/** Config hits in a store that has few sessions, and in one that has many. */
export async function drawStoreGrowth(sizes: readonly number[], rounds: number): Promise<Grid> {
  const lines = new Lines()
  const shelves: Shelf[] = []
  for (const size of sizes) shelves.push(await redisShelf(size), await sqliteShelf(size))
  for (let round = -unmeasured; round < rounds; round++) {
    for (const { sessions, rounds: ways } of shelves) {
      for (const way of ways) {
        const value = await way.round()
        if (round >= 0) lines.add(way.name, sessions, value)
      }
    }
  }
  for (const shelf of shelves) await shelf.end()
  const all = lines.all()
  return curveGrid({
    title: 'Config hit, by sessions in the store: p50',
    of: 'sessions',
    unit: 'µs',
    lines: all,
    from,
    targets: [onRedis, onSqlite].map((name) => growthTarget(lineOf(all, name), from, sizes.at(-1)!, 1.5)),
    notes: [
      `Sessions of ${agentCount} agents, whose configs the worker has parsed. Each number of them has a Redis and a SQLite file of its own;`,
      `up to ${spaced(mostReal)} are stored by Rekindle, the others are copies of these entries under other keys. The raw GET reads whole configs,`,
      `of which ${requests} are there for it, from the same Redis.`,
    ],
  })
}

function readerOf(reader: ConfigReader, sessions: number): () => Promise<number> {
  let next = 0
  const read = (): ReturnType<ConfigReader['read']> => reader.read(next++ % sessions)
  // Other sessions in each round: the ones of the last would be at hand.
  return latency({ ...reader, read }, Math.min(requests, sessions))
}

function keysOf(size: number): { readonly keys: readonly SampleKey[]; readonly warmUp: readonly SampleKey[] } {
  const real = Math.min(size, mostReal)
  const all = sampleKeys(real + agentCount, agentCount)
  return { keys: all.slice(0, real), warmUp: all.slice(real) }
}

const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
const configOf = (session: number) => configs[session % agentCount]!

async function redisShelf(sessions: number): Promise<Shelf> {
  const server = await startRedis()
  const client = new Redis({ host: '127.0.0.1', port: server.port })
  const { keys, warmUp } = keysOf(sessions)
  const reader = await rekindleReader({
    name: onRedis,
    namespace: 'growth',
    store: redisStore({ client }),
    keys,
    warmUp,
    configOf,
  })
  await client.eval(copyAll, 0, sessions - keys.length)
  if ((await client.dbsize()) < sessions) throw new Error(`Redis should have ${sessions} sessions.`)
  for (let session = 0; session < requests; session++) await client.set(`raw:${session}`, JSON.stringify(configOf(session)))
  const rawReader: ConfigReader = {
    name: raw,
    read: async (session) => createAgent(JSON.parse((await client.get(`raw:${session}`))!)),
  }
  return {
    sessions,
    rounds: [
      { name: raw, round: readerOf(rawReader, requests) },
      { name: onRedis, round: readerOf(reader, keys.length) },
    ],
    async end() {
      client.disconnect()
      server.stop()
    },
  }
}

/** Copies each entry as often as it takes, with its time to live. */
const copyAll = `
local keys = redis.call('KEYS', '*')
local missing = tonumber(ARGV[1])
local round = 0
while missing > 0 do
  round = round + 1
  for _, key in ipairs(keys) do
    if missing > 0 then
      redis.call('COPY', key, key .. ':' .. round)
      missing = missing - 1
    end
  end
end`

async function sqliteShelf(sessions: number): Promise<Shelf> {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const path = join(folder, 'configs.db')
  const { keys, warmUp } = keysOf(sessions)
  const reader = await rekindleReader({
    name: onSqlite,
    namespace: 'growth',
    store: sqliteStore({ path }),
    keys,
    warmUp,
    configOf,
  })
  copyPointers(path, sessions)
  return {
    sessions,
    rounds: [{ name: onSqlite, round: readerOf(reader, keys.length) }],
    async end() {
      process.off('exit', remove)
      remove()
    },
  }
}

function copyPointers(path: string, sessions: number): void {
  const database = new DatabaseSync(path)
  database.exec(`
    WITH RECURSIVE round(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM round WHERE n < ${Math.ceil(sessions / mostReal)})
    INSERT INTO rekindle_pointers (namespace, id, pointer, expires_at)
      SELECT namespace, id || ':' || n, pointer, expires_at FROM rekindle_pointers, round
      LIMIT max(0, ${sessions} - (SELECT count(*) FROM rekindle_pointers))`)
  const { count } = database.prepare('SELECT count(*) AS count FROM rekindle_pointers').get() as { count: number }
  database.close()
  if (count < sessions) throw new Error(`SQLite should have ${sessions} sessions, and has ${count}.`)
}
