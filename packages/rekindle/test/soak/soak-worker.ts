import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { type AgentCache, type AgentKey, type ConfigStore, createAgentCache } from '../../src/index.ts'
import { redisStore } from '../../src/redis/index.ts'
import { sqliteStore } from '../../src/sqlite/index.ts'
import { now, type SoakOrder, type SoakRest, type SoakStart, type SoakTally } from './soak-orders.ts'
import { StalenessWatch } from './staleness-watch.ts'

/** A worker of the soak: asks for agents without pause, and looks whether each is the right one. */
interface Config {
  readonly key: AgentKey
  readonly version: number
  readonly text: string
}
interface Agent extends Config {
  disposed: boolean
}

const callers = 60
const wrong: string[] = []
const accuse = (what: string): void => void (wrong.length < 50 && wrong.push(what))

process.on('unhandledRejection', (error) => accuse(`unhandled rejection: ${String(error)}`))
process.on('uncaughtException', (error) => accuse(`uncaught exception: ${String(error)}`))
process.on('warning', (warning) => accuse(`warning: ${warning.message}`))

const listenersOf = (): number => process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
const sameKey = (one: AgentKey, two: AgentKey): boolean => one.agentId === two.agentId && one.userId === two.userId

let cache: AgentCache<Config, Agent> | undefined
let watch: StalenessWatch
let order: SoakStart
/** When the store was last found not to answer, and to answer again. */
let awaySince = Infinity
let backSince = 0
let open = 0
let operations = 0
let running: Promise<unknown> | undefined
let stopping = false
let atStart: { readonly resources: readonly string[]; readonly listeners: number }

function storeOf({ store }: SoakStart): ConfigStore {
  if ('sqlite' in store) return sqliteStore({ path: store.sqlite })
  const { redisPort: port, library } = store
  if (library === 'ioredis') return redisStore({ client: new Redis(port, '127.0.0.1', { lazyConnect: true }) })
  return redisStore({ client: createClient({ socket: { host: '127.0.0.1', port } }) })
}

function start(given: SoakStart): void {
  order = given
  atStart = { resources: process.getActiveResourcesInfo(), listeners: listenersOf() }
  watch = new StalenessWatch(given.maxStalenessMs, accuse)
  cache = createAgentCache<Config, Agent>({
    namespace: 'soak',
    store: storeOf(given),
    maxStalenessMs: given.maxStalenessMs,
    // Else nothing could be said about what memory serves while the store is away.
    whenUnsynced: 'rebuild',
    live: { maxAgents: 70, idleMs: 2_000 },
    configTtlMs: 5_000,
    storeTimeoutMs: 100,
    async loadConfig(key, { tag }) {
      tag(`model:${key.agentId}`)
      const version = Number(readFileSync(join(given.folder, key.agentId), 'utf8'))
      // What has been read may be old before it is stored: the stale-set race.
      await delay(Math.random() * 4)
      return { key, version, text: key.userId.repeat(10) }
    },
    createAgent(config, key) {
      if (!sameKey(config.key, key)) accuse(`the config of ${JSON.stringify(config.key)} for ${JSON.stringify(key)}`)
      open++
      return { ...config, disposed: false }
    },
    disposeAgent(agent) {
      if (agent.disposed) accuse('an agent disposed twice')
      agent.disposed = true
      open--
    },
  })
  cache.on('unsynced', () => (awaySince = now()))
  cache.on('synced', () => {
    backSince = now()
    awaySince = Infinity
  })
}

async function ask(agents: AgentCache<Config, Agent>): Promise<void> {
  // Some keys more often than others, so that all three tiers serve.
  const agentId = order.agents[Math.floor(Math.random() ** 2 * order.agents.length)] ?? ''
  const key = { agentId, userId: `user ${Math.floor(Math.random() ** 3 * order.users)}`, sessionId: 's', reasoning: false }
  const at = now()
  const lease = await agents.acquire(key)
  const { agent, source } = lease
  if (!sameKey(agent.key, key)) accuse(`the agent of ${JSON.stringify(agent.key)} for ${JSON.stringify(key)}`)
  // While the store does not answer, a build that was joined counts as memory.
  const vouched = source === 'memory' || awaySince < Infinity || backSince > at
  watch.saw({ at, agentId, version: agent.version, source, vouched })
  if (operations % 50 === 0) await delay(Math.random() * 5)
  if (agent.disposed) accuse('an agent disposed under its holder')
  lease.release()
  operations++
}

async function run(agents: AgentCache<Config, Agent>): Promise<void> {
  const call = async () => {
    while (!stopping) {
      try {
        await ask(agents)
      } catch (error) {
        accuse(`a request failed: ${String(error)}`)
      }
      if (operations % 40 === 0) await delay(1)
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}

function tally(agents: AgentCache<Config, Agent>): SoakTally {
  globalThis.gc?.()
  const { served, synced } = agents.stats()
  return { operations, served, synced, heapBytes: process.memoryUsage().heapUsed, wrong }
}

async function rest(agents: AgentCache<Config, Agent>): Promise<SoakRest> {
  const { live, idle, inUse, waiting, building } = agents.stats()
  const left = [...process.getActiveResourcesInfo()]
  for (const kind of atStart.resources) if (left.includes(kind)) left.splice(left.indexOf(kind), 1)
  const stats = { live, idle, inUse, waiting, building }
  return { stats, open, resources: left, listeners: listenersOf() - atStart.listeners }
}

async function carryOut(given: SoakOrder): Promise<unknown> {
  if (given.type === 'start') return start(given)
  const agents = cache!
  switch (given.type) {
    case 'run':
      running = run(agents)
      return undefined
    case 'tally':
      return tally(agents)
    case 'edited':
      return watch.edited(given)
    case 'invalidate': {
      const { agentId, how } = given
      await agents.invalidate(how === 'all' ? 'all' : how === 'tag' ? { tags: [`model:${agentId}`] } : { agentId })
      return now()
    }
    case 'rest':
      stopping = true
      await running
      watch.stop()
      return rest(agents)
    case 'close':
      await agents.close({ drainMs: 1_000 })
      // Sockets that have been destroyed take a turn to go.
      await delay(50)
      return rest(agents)
  }
}

process.on('message', ({ id, order: given }: { id: number; order: SoakOrder }) => {
  void carryOut(given).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: { message: String(error) } }),
  )
})
process.on('disconnect', () => process.exit())
// Tests kill their workers: none gets to keep what it has compiled, for the next, at its end.
flushCompileCache()
