import { createAgent, type SampleAgent, sampleConfig } from '../sample-agent.ts'
import { copyOf, joined, type SampleKey, sampleKeys, shuffled } from '../sample-keys.ts'

export const agentCount = 1_000
/** What a peer may hold: more than there are, so that nothing is evicted. */
export const capacity = 2 * agentCount
export const ttlMs = 3_600_000

/** Of its memory store: live objects, and no division into ten maps, which would hash the key with each call (20 times slower). */
export const cacheableMemory = { useClone: false, storeHashSize: 1, lruSize: capacity, ttl: ttlMs }

const distinctConfigs = 20

/** A thousand live agents, and the order in which they are asked for: random, but the same for every contestant. */
export interface LiveSample {
  readonly keys: readonly SampleKey[]
  /** By the same index: the four parts as one string, and the agent. */
  readonly names: readonly string[]
  readonly agents: readonly SampleAgent[]
  readonly visits: readonly SampleKey[]
  readonly visitedNames: readonly string[]
  /** The visits with equal ids in other string objects, as every new request brings them. */
  readonly copies: readonly SampleKey[]
  readonly copiedNames: readonly string[]
}

export function liveSample(): LiveSample {
  const keys = sampleKeys(agentCount, distinctConfigs)
  const visits = shuffled(keys)
  const copies = visits.map(copyOf)
  // What is joined would be flattened at first use, and pay for it.
  const names = keys.map((key) => Buffer.from(joined(key)).toString())
  return {
    keys,
    names,
    agents: keys.map((_, index) => createAgent(sampleConfig(index % distinctConfigs))),
    visits,
    visitedNames: shuffled(names),
    copies,
    copiedNames: copies.map((key) => Buffer.from(joined(key)).toString()),
  }
}

/** For Rekindle, which loads what the peers are given. */
export function configOfAgent({ agentId }: { readonly agentId: string }): ReturnType<typeof sampleConfig> {
  return sampleConfig(Number(agentId.slice('agent-'.length)))
}

/** For peers that would build what they do not have. Never called: everything is there. */
export function missing(): SampleAgent {
  throw new Error('It should have been in memory.')
}

/** A cache of live objects gives out the very object it was given. */
export function expectSame(name: string, got: unknown, agent: SampleAgent): void {
  if (got !== agent) throw new Error(`${name} did not give out the agent it was given.`)
}
