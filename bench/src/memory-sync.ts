import { Loader } from 'layered-loader'
import { LRUCache } from 'lru-cache'
import { type AgentCache, createAgentCache } from 'rekindle'
import { syncBatch } from './batch.ts'
import type { Benchmark } from './benchmark.ts'
import { createAgent, type SampleAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { copyOf, joined, sampleKeys, shuffled } from './sample-keys.ts'

const agentCount = 1_000
const ttlMs = 3_600_000

/** A live agent, at once and without a lease. */
export const memorySync: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const keys = sampleKeys(agentCount, 20)
    const agents = keys.map((_, index) => createAgent(sampleConfig(index % 20)))
    const names = keys.map(joined)

    const map = new Map<string, SampleAgent>()
    const lru = new LRUCache<string, SampleAgent>({ max: 2 * agentCount, ttl: ttlMs })
    const layered = new Loader<SampleAgent>({ inMemoryCache: { ttlInMsecs: ttlMs, maxItems: 2 * agentCount } })
    const rekindle: AgentCache<SampleConfig, SampleAgent> = createAgentCache({
      namespace: 'bench',
      loadConfig: ({ agentId }) => sampleConfig(Number(agentId.slice('agent-'.length))),
      createAgent,
      live: { maxAgents: 2 * agentCount },
    })
    for (const [index, key] of keys.entries()) {
      const agent = agents[index]!
      map.set(key.sessionId, agent)
      lru.set(names[index]!, agent)
      await layered.forceSetValue(names[index]!, agent)
      await rekindle.getOrBuild(key)
    }

    const visits = shuffled(keys)
    const sessions = visits.map(({ sessionId }) => sessionId)
    const preparedNames = shuffled(names)
    const copies = visits.map(copyOf)
    const copiedNames = copies.map(joined).map((name) => Buffer.from(name).toString())

    const lruGet = (of: readonly string[]) =>
      syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) sum += lru.get(of[turn % agentCount]!)!.size
        return sum
      }, batchMs)

    const rekindleGet = (of: typeof visits) =>
      syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const { agentId, userId, sessionId, reasoning } = of[turn % agentCount]!
          sum += rekindle.getIfPresent({ agentId, userId, sessionId, reasoning })!.size
        }
        return sum
      }, batchMs)

    const contestants = [
      {
        name: 'the loop itself, with its four ids',
        round: syncBatch((count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) {
            const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
            sum += agentId.length + userId.length + sessionId.length + Number(reasoning)
          }
          return sum
        }, batchMs),
      },
      {
        name: 'Map.get, session id',
        round: syncBatch((count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += map.get(sessions[turn % agentCount]!)!.size
          return sum
        }, batchMs),
      },
      { name: 'lru-cache get, TTL, prepared string key', round: lruGet(preparedNames) },
      {
        name: 'lru-cache get, TTL, key joined from four parts',
        round: syncBatch((count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += lru.get(joined(visits[turn % agentCount]!))!.size
          return sum
        }, batchMs),
      },
      {
        name: 'layered-loader getInMemoryOnly, prepared string key',
        round: syncBatch((count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += layered.getInMemoryOnly(preparedNames[turn % agentCount]!)!.size
          return sum
        }, batchMs),
      },
      { name: 'rekindle getIfPresent, raw four-part key', round: rekindleGet(visits) },
      { name: 'lru-cache get, TTL, prepared, not the string it was set with', round: lruGet(copiedNames) },
      { name: 'rekindle getIfPresent, raw, not the strings it was built with', round: rekindleGet(copies) },
    ]
    return {
      comparisons: [
        {
          title: 'Memory hit, sync',
          unit: 'ns',
          baseline: 'lru-cache get, TTL, prepared string key',
          contestants,
          targets: [
            { of: 'rekindle getIfPresent, raw four-part key', to: 'lru-cache get, TTL, prepared string key', atMost: 1.5 },
          ],
          notes: [
            `${agentCount} live agents in random order. Rekindle gets a new key object with every call.`,
            '"Prepared": the string key was made before, outside the measurement. "Not the string(s) …": equal ids in other',
            'string objects, as every new request brings them.',
          ],
        },
      ],
      end: () => rekindle.close({ drainMs: 0 }),
    }
  },
}
