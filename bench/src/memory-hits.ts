import { setTimeout as delay } from 'node:timers/promises'
import { type AgentCache, type AgentCacheOptions, createAgentCache } from 'rekindle'
import { asyncBatch, syncBatch } from './batch.ts'
import type { Comparison, Contestant, Target } from './benchmark.ts'
import { findingsOf } from './findings.ts'
import { createAgent, type SampleAgent, sampleConfig, type SampleConfig } from './sample-agent.ts'
import { sampleKeys, shuffled } from './sample-keys.ts'
import { median } from './statistics.ts'

/**
 * Memory hits of caches that differ in one thing, which costs a few percent if anything: for differences that would drown in what
 * happens to a machine between one whole batch and the next.
 */

/** Few enough for the processor's caches: where the agents happen to lie in memory makes more of a difference than any check. */
const agentCount = 50
/** Of each contestant's batch, in turns with those of the others. */
export const slices = 21

export type Cache = AgentCache<SampleConfig, SampleAgent>
type Batch = () => number | Promise<number>

const keys = sampleKeys(agentCount, 20)
const visits = shuffled(keys)

export async function filledCache(options: Partial<AgentCacheOptions<SampleConfig, SampleAgent>> = {}): Promise<Cache> {
  const cache = createAgentCache<SampleConfig, SampleAgent>({
    namespace: 'bench',
    storeTimeoutMs: 10_000,
    loadConfig: ({ agentId }) => sampleConfig(Number(agentId.slice('agent-'.length))),
    createAgent,
    live: { maxAgents: 2 * agentCount },
    ...options,
  } as AgentCacheOptions<SampleConfig, SampleAgent>)
  for (const key of keys) await cache.getOrBuild(key)
  return cache
}

/** Both ways to hit, each cache a row; the first is the baseline. */
export function hitComparisons(
  caches: readonly { readonly name: string; readonly cache: Cache }[],
  batchMs: number,
  about: { readonly title: string; readonly targets: readonly Target[]; readonly notes: readonly string[] },
): Comparison[] {
  const compared = (batches: readonly Batch[]) => ({
    unit: 'ns' as const,
    baseline: caches[0]!.name,
    contestants: rowsOf(
      caches.map(({ name }) => name),
      batches,
    ),
    targets: about.targets,
  })
  return [
    {
      ...compared(caches.map(({ cache }) => presentHits(cache, batchMs / slices))),
      title: `Memory hit by getIfPresent, ${about.title}`,
      notes: about.notes,
    },
    {
      ...compared(caches.map(({ cache }) => leasedHits(cache, batchMs / slices))),
      title: `Memory hit by acquire + release(), ${about.title}`,
      notes: [],
    },
  ]
}

function rowsOf(names: readonly string[], batches: readonly Batch[]): Contestant[] {
  const findings = findingsOf(() => inSlices(batches))
  return names.map((name, at) => {
    const own = (times: readonly number[]) => times[at]!
    return { name, round: at === 0 ? findings.measure(own) : findings.recall(own) }
  })
}

function presentHits(cache: Cache, batchMs: number): Batch {
  return syncBatch((count) => {
    let sum = 0
    for (let turn = 0; turn < count; turn++) {
      const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
      sum += cache.getIfPresent({ agentId, userId, sessionId, reasoning })!.size
    }
    return sum
  }, batchMs)
}

function leasedHits(cache: Cache, batchMs: number): Batch {
  return asyncBatch(async (count) => {
    let sum = 0
    for (let turn = 0; turn < count; turn++) {
      const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
      const lease = await cache.acquire({ agentId, userId, sessionId, reasoning })
      sum += lease.agent.size
      lease.release()
    }
    return sum
  }, batchMs)
}

/** Nanoseconds of each. */
async function inSlices(batches: readonly Batch[]): Promise<readonly number[]> {
  // Batches leave no room for I/O. Here there is some, as in a server: heartbeats go out, and their answers come in.
  await delay(5)
  const times = batches.map(() => [] as number[])
  for (let slice = 0; slice < slices; slice++) {
    for (const [at, batch] of batches.entries()) times[at]?.push(await batch())
  }
  return times.map(median)
}
