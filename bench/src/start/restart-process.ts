// A process that serves its first agents, and says how long it took. What it needs is imported within what is measured.
import { setTimeout as delay } from 'node:timers/promises'
import type { ConfigStore } from 'rekindle'
import { obey } from '../fleet-process.ts'
import { createAgent, type SampleAgent, sampleConfig, type SampleConfig } from '../sample-agent.ts'
import { type SampleKey, sampleKeys } from '../sample-keys.ts'
import { loadMs, rawName, restartAgents, restartNamespace, type Restarted, type RestartOrder } from './restart-orders.ts'

/** A pause of this machine must not turn a hit into a build. */
const storeTimeoutMs = 10_000

interface Server {
  acquire(key: SampleKey): Promise<SampleAgent>
  /** Throws if agents came another way than they should have. */
  check(): void
}

const keys = sampleKeys(restartAgents, restartAgents)

obey(async (order: RestartOrder): Promise<Restarted> => {
  const began = performance.now()
  const server = await start(order)
  await server.acquire(keys[0]!)
  const firstMs = performance.now() - began
  const agents = await Promise.all(keys.slice(1).map((key) => server.acquire(key)))
  const allMs = performance.now() - began
  server.check()
  if (agents.some(({ size }) => size === 0)) throw new Error('An agent is not what it should be.')
  return { firstMs, allMs }
})

async function start({ way, redisPort, sqlitePath }: RestartOrder): Promise<Server> {
  switch (way) {
    case 'raw':
      return rawServer(redisPort)
    case 'builds':
      return rekindleServer(undefined, 'build')
    case 'redis': {
      const { redisStore } = await import('rekindle/redis')
      const { Redis } = await import('ioredis')
      return rekindleServer(redisStore({ client: new Redis({ host: '127.0.0.1', port: redisPort }) }), 'config')
    }
    case 'sqlite': {
      const { sqliteStore } = await import('rekindle/sqlite')
      return rekindleServer(sqliteStore({ path: sqlitePath }), 'config')
    }
  }
}

async function rekindleServer(store: ConfigStore | undefined, source: 'config' | 'build'): Promise<Server> {
  const { createAgentCache } = await import('rekindle')
  const cache = createAgentCache<SampleConfig, SampleAgent>({
    namespace: restartNamespace,
    ...(store !== undefined && { store, storeTimeoutMs }),
    async loadConfig({ agentId }) {
      await delay(loadMs)
      return sampleConfig(Number(agentId.slice('agent-'.length)))
    },
    createAgent,
  })
  return {
    acquire: (key) => cache.getOrBuild(key),
    check() {
      const { served } = cache.stats()
      if (served[source] !== restartAgents) throw new Error(`Not only from ${source}: ${JSON.stringify(served)}`)
    },
  }
}

async function rawServer(redisPort: number): Promise<Server> {
  const { Redis } = await import('ioredis')
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  return {
    async acquire({ sessionId }) {
      return createAgent(JSON.parse((await client.get(rawName(sessionId)))!) as SampleConfig)
    },
    check() {},
  }
}
