// Measures one framework, in a process of its own: what its first import takes can be measured only once.
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { createAgentCache } from 'rekindle'
import { type McpServers, mcpServers } from 'rekindle/mcp'
import { redisStore } from 'rekindle/redis'
import { costOf, keptBytes } from './costs.ts'
import { type FrameworkCase, sampleConfig } from './framework-case.ts'
import { type FrameworkModule, frameworks } from './framework-cases.ts'
import type { FrameworkFindings, FrameworkOrder } from './framework-orders.ts'
import { connectListClose } from './naive-mcp.ts'

const { name, redisPort, servers } = JSON.parse(process.argv[2] ?? '') as FrameworkOrder
// A parent that was killed could not tell us.
process.once('disconnect', () => process.exit(1))

const keptAgents = 2_000
const context = { signal: new AbortController().signal, ignored: () => {} }
/** Sessions share the sample config: another one is a miss in memory and a hit in the store. */
let sessions = 0
const nextKey = () => ({ agentId: 'sample', userId: 'ann', sessionId: `session-${sessions++}`, reasoning: false })

const findings = await measure(frameworks[name]!)
process.send!(findings, () => process.exit(0))

async function measure({ packages, load }: FrameworkModule): Promise<FrameworkFindings> {
  const started = performance.now()
  for (const specifier of packages) await import(specifier)
  const importMs = performance.now() - started

  const subject = await load()
  const naive = await costOf(200, () => subject.naive())
  // Three hundred milliseconds each, so a batch is one.
  const naiveWithMcp = await costOf(1, async () => {
    await connectListClose(servers)
    return subject.naive()
  })
  const plain = await costsInCache(subject)
  const withMcp = await costsInCache(subject, mcpServers({ localServers: () => true }))
  return { importMs, naive, ...plain, mcp: { naive: naiveWithMcp, ...withMcp }, ...(await keptByAgents(subject)) }
}

/** A memory hit and a config hit as a request has them, and what of it making the agent takes. */
async function costsInCache(subject: FrameworkCase, mcp?: McpServers) {
  const config = mcp === undefined ? sampleConfig : await mcp.describeServers({ ...sampleConfig, mcpServers: servers })
  const adapter = subject.adapter(mcp)
  const client = new Redis({ port: redisPort, lazyConnect: true })
  const agents = createAgentCache({
    namespace: `frameworks-${name}-${mcp !== undefined}`,
    store: redisStore({ client }),
    configScope: ['agentId'],
    loadConfig: () => config,
    ...adapter,
    // Evicting is part of what a config hit costs; a heap that grows with every one is not.
    live: { maxAgents: 100 },
  })
  const request = async (key: ReturnType<typeof nextKey>) => {
    const lease = await agents.acquire(key)
    lease.release()
    return lease.source
  }
  await request(nextKey())
  // What was built is written to the store behind the request's back.
  while ((await request(nextKey())) !== 'config') await delay(1)

  const hot = nextKey()
  const memory = await costOf(10_000, () => request(hot))
  const configHit = await costOf(500, () => request(nextKey()))
  const asCached = frozen(structuredClone(config))
  const create = await costOf(1_000, async () => adapter.disposeAgent(await adapter.createAgent(asCached, {}, context)))
  await agents.close({ drainMs: 0 })
  await mcp?.close()
  client.disconnect()
  return { memory, config: configHit, create }
}

async function keptByAgents(subject: FrameworkCase) {
  const adapter = subject.adapter(undefined)
  const agents = createAgentCache({
    namespace: 'kept',
    configScope: ['agentId'],
    loadConfig: () => sampleConfig,
    ...adapter,
    live: { maxAgents: 10 * keptAgents },
  })
  const kept = {
    bareBytes: await keptBytes(keptAgents, () => subject.bare()),
    madeBytes: await keptBytes(keptAgents, () => adapter.createAgent(sampleConfig, {}, context)),
    // The key too: a request would bring its own.
    cachedBytes: await keptBytes(keptAgents, () => agents.getOrBuild(nextKey())),
  }
  await agents.close({ drainMs: 0 })
  return kept
}

/** At every level, as the cache gives configs to adapters. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen)
  return value
}
