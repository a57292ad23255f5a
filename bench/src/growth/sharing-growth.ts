import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import type { Grid } from '../benchmark.ts'
import { type ConfigReader, throughput } from '../config-reader.ts'
import { bytesOf } from '../redis-figures.ts'
import { startRedis } from '../redis-server.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { createAgent, sampleConfig } from '../sample-agent.ts'
import { type SampleKey, sampleKeys } from '../sample-keys.ts'
import { curveGrid, lineOf, Lines, ratioTarget } from './curve-grid.ts'

const sessions = 1_000
const perAgent = [1, 10, 100, 1_000]
const most = perAgent.at(-1)!
/** Rounds. */
const unmeasured = 3

const raw = 'one config per key: raw SET, GET + JSON.parse'
const rekindle = 'rekindle'

/** Both views of sessions that share the config of their agent: what they take in Redis, and how fast they are served. */
export function sharingGrowth(rounds: number): readonly (() => Promise<Grid>)[] {
  const bytes = new Lines()
  const hits = new Lines()
  const of = 'sessions per agent'
  return [
    async () => {
      await measure(bytes, hits, rounds)
      const lines = bytes.all()
      return curveGrid({
        title: `Redis memory per session, ${sessions} sessions`,
        of,
        unit: 'bytes',
        lines,
        targets: [ratioTarget(lineOf(lines, rekindle), lineOf(lines, raw), most, { atMost: 0.1 })],
        notes: [
          'MEMORY USAGE of every key, and the table of their expiry. A session is a pointer of its own to a config that it shares; at one',
          'session per agent it pays for both.',
        ],
      })
    },
    async () =>
      curveGrid({
        title: `Config hits in Redis, ${sessions} at once: throughput`,
        of,
        unit: 'per second',
        lines: hits.all(),
        notes: [
          'A new worker in each round. One that has read none of the configs is asked for all sessions before it has the first of them.',
        ],
      }),
  ]
}

async function measure(bytes: Lines, hits: Lines, rounds: number): Promise<void> {
  const ends: (() => void)[] = []
  const ways: { readonly sharing: number; readonly name: string; readonly round: () => Promise<number> }[] = []
  const open = async () => {
    const server = await startRedis()
    const client = new Redis({ host: '127.0.0.1', port: server.port })
    ends.push(
      () => client.disconnect(),
      () => server.stop(),
    )
    return client
  }
  for (const sharing of perAgent) {
    const [rawClient, client] = [await open(), await open()]
    const byKey = await rawReader(rawClient, sharing)
    bytes.add(raw, sharing, (await bytesOf(rawClient)) / sessions)
    const cold = await sharedReader(client, sharing, 'none')
    bytes.add(rekindle, sharing, (await bytesOf(client)) / sessions)
    const warm = await sharedReader(client, sharing, 'all')
    for (const reader of [byKey, warm, cold]) ways.push({ sharing, name: reader.name, round: throughput(reader, sessions, 1) })
  }
  for (let round = -unmeasured; round < rounds; round++) {
    for (const { sharing, name, round: serve } of ways) {
      const value = await serve()
      if (round >= 0) hits.add(name, sharing, value)
    }
  }
  for (const end of ends) end()
}

function keysOf(sharing: number): readonly SampleKey[] {
  return sampleKeys(sessions, sessions / sharing)
}

async function rawReader(client: Redis, sharing: number): Promise<ConfigReader> {
  const keys = keysOf(sharing)
  for (const [session, { sessionId }] of keys.entries()) {
    await client.set(`raw:${sessionId}`, JSON.stringify(sampleConfig(session % (sessions / sharing))), 'PX', 3_600_000)
  }
  return {
    name: raw,
    read: async (session) => createAgent(JSON.parse((await client.get(`raw:${keys[session]!.sessionId}`))!)),
  }
}

/** `read`: which of the configs the worker has read when it is asked for the sessions; it has served others of their agents. */
function sharedReader(client: Redis, sharing: number, read: 'none' | 'all'): Promise<ConfigReader> {
  const agents = sessions / sharing
  const others = sampleKeys(sessions + agents, agents).slice(sessions)
  return rekindleReader({
    name: `${rekindle}, ${read} of the configs read before`,
    namespace: read,
    store: redisStore({ client }),
    keys: keysOf(sharing),
    warmUp: read === 'all' ? others : others.slice(0, 1),
    configOf: (session) => sampleConfig(read === 'none' && session >= sessions ? sessions : session % agents),
  })
}
