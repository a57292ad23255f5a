import { createAgentCache } from 'rekindle'
import { syncBatch } from './batch.ts'
import type { Benchmark, Contestant } from './benchmark.ts'
import { agentCount, capacity, configOfAgent, liveSample } from './peers/live-sample.ts'
import { layeredPrepared, lruPrepared, syncPeers } from './peers/sync-peers.ts'
import { createAgent, type SampleAgent, type SampleConfig } from './sample-agent.ts'
import type { SampleKey } from './sample-keys.ts'

const raw = 'rekindle getIfPresent, raw four-part key'

/** A live agent, at once and without a lease. */
export const memorySync: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const sample = liveSample()
    const { keys, visits, copies } = sample
    const rekindle = createAgentCache<SampleConfig, SampleAgent>({
      namespace: 'bench',
      loadConfig: configOfAgent,
      createAgent,
      live: { maxAgents: capacity },
    })
    for (const key of keys) await rekindle.getOrBuild(key)

    const getIfPresent = (of: readonly SampleKey[]) =>
      syncBatch((count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const { agentId, userId, sessionId, reasoning } = of[turn % agentCount]!
          sum += rekindle.getIfPresent({ agentId, userId, sessionId, reasoning })!.size
        }
        return sum
      }, batchMs)

    return {
      comparisons: [
        {
          title: 'Memory hit, sync',
          unit: 'ns',
          baseline: lruPrepared,
          contestants: [
            loopRow(visits, batchMs),
            ...(await syncPeers(sample, batchMs)),
            { name: raw, round: getIfPresent(visits) },
            { name: 'rekindle getIfPresent, raw, not the strings it was built with', round: getIfPresent(copies) },
          ],
          targets: [
            { of: raw, to: layeredPrepared, atMost: 0.5 },
            { of: raw, to: lruPrepared, atMost: 1 },
          ],
          notes: [
            `${agentCount} live agents in random order. Rekindle gets a new key object with every call; the peers take only strings.`,
            '"Prepared": the string key was made before, outside the measurement. "Joined": within it, the cheapest way there is;',
            'it costs each peer the same. "Not the string(s) …": equal ids in other string objects, as every new request brings them.',
            'bentocache, cachified, async-cache-dedupe and cache-manager can only be awaited, and so can cacheable’s cache; its memory',
            'store is here by itself, and with storeHashSize 1: by default it hashes the key to choose one of ten maps (20 times slower).',
          ],
        },
      ],
      end: () => rekindle.close({ drainMs: 0 }),
    }
  },
}

/** What all others spend besides. */
function loopRow(visits: readonly SampleKey[], batchMs: number): Contestant {
  return {
    name: 'the loop itself, with its four ids',
    round: syncBatch((count) => {
      let sum = 0
      for (let turn = 0; turn < count; turn++) {
        const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
        sum += agentId.length + userId.length + sessionId.length + Number(reasoning)
      }
      return sum
    }, batchMs),
  }
}
