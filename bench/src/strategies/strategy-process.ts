// A worker that serves visits by the strategy it is told. It does what its parent says.
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { AgentConfig } from 'rekindle/agent-config'
import { obey } from '../fleet-process.ts'
import { type FrameworkCase, instructions, sampleConfig } from '../frameworks/framework-case.ts'
import { frameworks } from '../frameworks/framework-cases.ts'
import { hasMethod, methodsOf, serialised } from './serialised.ts'
import type { Ground, Strategy } from './strategy.ts'
import { strategyList } from './strategy-list.ts'
import { loadMs, type ServedVisits, type StrategyOrder, type Written } from './strategy-orders.ts'
import type { Visit } from './workload.ts'

/** Visits under way at any moment. */
const atOnce = 8

/** Where an agent comes from, by the agent itself. */
interface Made {
  readonly version: number
  readonly loadedBy: number
}

const context = { signal: new AbortController().signal, ignored: () => {} }
const versions = new Map<string, number>()
const made = new WeakMap<object, Made>()
let adapter: ReturnType<FrameworkCase['adapter']>
let methods: readonly string[]
let client: Redis
let strategy: Strategy

async function loadFramework(name: string, redisPort: number): Promise<void> {
  adapter = (await frameworks[name]!.load()).adapter(undefined)
  methods = methodsOf(await adapter.createAgent(sampleConfig, {}, context))
  client = new Redis({ host: '127.0.0.1', port: redisPort })
  await client.ping()
}

function groundOf(namespace: string): Ground {
  return {
    async load(agentId): Promise<AgentConfig> {
      await delay(loadMs)
      const version = versions.get(agentId) ?? 1
      const text = `${instructions}\nYou are ${agentId}.`
      return { ...sampleConfig, instructions: text, metadata: { version, loadedBy: process.pid } }
    },
    async create(config) {
      const agent = await adapter.createAgent(config, {}, context)
      made.set(agent, config.metadata as unknown as Made)
      return agent
    },
    dispose: (agent) => adapter.disposeAgent(agent),
    isAgent: (value) => methods.every((name) => hasMethod(value, name)),
    client,
    namespace,
  }
}

async function serve(visits: readonly Visit[]): Promise<ServedVisits> {
  const ms: number[] = []
  let [unbuilt, crossed, stale] = [0, 0, 0]
  const waiting = visits.values()
  const inTurn = async () => {
    for (const visit of waiting) {
      // As requests come: what one does at once is over before the next begins.
      await turn()
      const current = versions.get(visit.agentId) ?? 1
      const asked = performance.now()
      const { agent, built, release } = await strategy.acquire(visit)
      ms.push(performance.now() - asked)
      const { version, loadedBy } = made.get(agent)!
      release?.()
      if (!built) unbuilt++
      if (!built && loadedBy !== process.pid) crossed++
      if (version < current) stale++
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: atOnce }, inTurn))
  return { ms, busyMs: performance.now() - began, unbuilt, crossed, stale }
}

async function written(): Promise<Written> {
  return { config: serialised(sampleConfig), agent: serialised(await adapter.createAgent(sampleConfig, {}, context)) }
}

/** In use when garbage is collected. */
function memory(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

obey(async (order: StrategyOrder): Promise<unknown> => {
  switch (order.type) {
    case 'load':
      return loadFramework(order.framework, order.redisPort)
    case 'open':
      versions.clear()
      strategy = await strategyList[order.strategy](groundOf(order.namespace))
      return undefined
    case 'serve':
      return serve(order.visits)
    case 'change':
      versions.set(order.agentId, (versions.get(order.agentId) ?? 1) + 1)
      return undefined
    case 'edited':
      await strategy.edited(order.agentId)
      return undefined
    case 'memory':
      return memory()
    case 'close':
      await strategy.close()
      return undefined
    case 'write':
      return written()
  }
})
