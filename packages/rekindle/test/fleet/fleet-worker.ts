import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { type AgentCache, createAgentCache } from '../../src/index.ts'
import { redisStore } from '../../src/redis/index.ts'
import { sqliteStore } from '../../src/sqlite/index.ts'
import type { Answer, Observation, Order, Start } from './fleet-orders.ts'

/** A worker process. It does what its parent says, and writes down what it gets while it is under load. */
interface Config {
  readonly version: number
}
type Cache = AgentCache<Config, Config>

/** On Linux all processes read the same monotonic clock. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6

let cache: Cache | undefined
let client: Redis | undefined
let loads = 0
let load: Promise<Observation[]> | undefined
let stopping = false

async function start({ store, folder, options, loadMs }: Start): Promise<void> {
  client =
    'redisPort' in store
      ? new Redis(store.redisPort, '127.0.0.1', {
          enableOfflineQueue: false,
          maxRetriesPerRequest: 0,
          retryStrategy: () => 20,
          reconnectOnError: (error) => error.message.startsWith('READONLY'),
        })
      : undefined
  client?.on('error', () => {})
  // A store that is not connected yet is one that does not answer.
  if (client !== undefined) await once(client, 'ready')
  cache = createAgentCache({
    namespace: 'fleet',
    store: client === undefined ? sqliteStore({ path: (store as { sqlite: string }).sqlite }) : redisStore({ client }),
    loadConfig: async ({ agentId }, { tag }) => {
      loads++
      tag(`model:${agentId}`)
      const version = Number(readFileSync(join(folder, agentId), 'utf8'))
      // What has been read may be old before it is stored: the stale-set race.
      await delay(loadMs[0] + Math.random() * (loadMs[1] - loadMs[0]))
      return { version }
    },
    createAgent: (config) => config,
    ...options,
  })
}

const keyOf = (agentId: string) => ({ agentId, userId: 'u', sessionId: 's', reasoning: false })

async function ask(agents: Cache, agentId: string): Promise<Observation> {
  const at = now()
  using lease = await agents.acquire(keyOf(agentId))
  return { at, until: now(), agentId, version: lease.agent.version, source: lease.source }
}

async function underLoad(agents: Cache, names: readonly string[]): Promise<Observation[]> {
  const seen: Observation[] = []
  for (let turn = 0; !stopping; turn++) {
    // The first ones more often: they tend to be in memory, the last one does not.
    seen.push(await ask(agents, names[Math.floor(Math.random() ** 2 * names.length)]!))
    if (turn % 4 === 3) await delay(1)
  }
  return seen
}

async function carryOut(order: Order): Promise<unknown> {
  if (order.type === 'start') return start(order)
  const agents = cache!
  switch (order.type) {
    case 'ask':
      return Promise.all(Array.from({ length: order.times }, () => ask(agents, order.agentId)))
    case 'invalidate':
      await agents.invalidate(order.target, order.options)
      return now()
    case 'load':
      stopping = false
      load = underLoad(agents, order.names)
      return undefined
    case 'stopLoad':
      stopping = true
      return load
    case 'stats':
      return { ...agents.stats(), loads }
    case 'close':
      await agents.close()
      client?.disconnect()
      return undefined
  }
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  void carryOut(order).then(
    (result) => process.send?.({ id, result } satisfies Answer),
    (error: Error & { code?: string; workers?: readonly string[] }) => {
      process.send?.({ id, error: { message: error.message, code: error.code, workers: error.workers } } satisfies Answer)
    },
  )
})
process.on('disconnect', () => process.exit())
// Tests kill their workers: none gets to keep what it has compiled, for the next, at its end.
flushCompileCache()
