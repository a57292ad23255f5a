// A worker that serves sessions from configs in Redis, or is idle. It does what its parent says.
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createAgentCache } from 'rekindle'
import { redisStore } from 'rekindle/redis'
import { sink } from '../batch.ts'
import type { ConfigReader } from '../config-reader.ts'
import { now } from '../fleet-orders.ts'
import { obey } from '../fleet-process.ts'
import { rekindleReader } from '../rekindle-reader.ts'
import { createAgent, sampleConfig } from '../sample-agent.ts'
import { sampleKeys } from '../sample-keys.ts'
import { type Served, sessionsOfWorker as sessions, type WorkerOrder, type WorkerWay } from './worker-orders.ts'

const agentCount = 20
const atOnce = 100

const all = sampleKeys(sessions + agentCount, agentCount)
const keys = all.slice(0, sessions)
const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
const configOf = (session: number) => configs[session % agentCount]!
let reader: ConfigReader

async function open(redisPort: number, way: WorkerWay): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  reader = way === 'raw' ? await rawReader(client) : await ownReader(client)
}

function ownReader(client: Redis): Promise<ConfigReader> {
  const store = redisStore({ client })
  return rekindleReader({ name: 'rekindle', namespace: 'workers', store, keys, warmUp: all.slice(sessions), configOf })
}

async function rawReader(client: Redis): Promise<ConfigReader> {
  const name = (session: number) => `raw:${keys[session]!.sessionId}`
  for (let session = 0; session < sessions; session++) await client.set(name(session), JSON.stringify(configOf(session)))
  return { name: 'raw', read: async (session) => createAgent(JSON.parse((await client.get(name(session)))!)) }
}

/** All sessions, some at once. */
async function serve(at: number): Promise<Served> {
  const waiting = Array.from(keys.keys()).values()
  const inTurn = async () => {
    for (const session of waiting) sink.sum += (await reader.read(session)).size
  }
  await delay(at - now())
  const began = now()
  await Promise.all(Array.from({ length: atOnce }, inTurn))
  return { began, ended: now() }
}

/** A cache that has served one agent, and has nothing more to do than to stay up to date. */
async function idle(redisPort: number): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  const cache = createAgentCache({
    namespace: 'idle',
    store: redisStore({ client }),
    loadConfig: () => configOf(0),
    createAgent,
  })
  await cache.getOrBuild(keys[0]!)
}

/** Of this process so far, in microseconds. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

obey(async (order: WorkerOrder): Promise<unknown> => {
  switch (order.type) {
    case 'open':
      return open(order.redisPort, order.way)
    case 'begin':
      return reader.begin?.()
    case 'serve':
      return serve(order.at)
    case 'finish':
      return reader.end?.(sessions)
    case 'idle':
      return idle(order.redisPort)
    case 'processor-time':
      return processorTime()
  }
})
