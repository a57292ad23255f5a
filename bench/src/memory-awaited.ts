import { createAgentCache } from 'rekindle'
import { asyncBatch } from './batch.ts'
import type { Benchmark, Contestant } from './benchmark.ts'
import { awaitedPeers, bentoGet, bentoGetOrSet, layeredGet } from './peers/awaited-peers.ts'
import { agentCount, capacity, configOfAgent, type LiveSample, liveSample } from './peers/live-sample.ts'
import { createAgent, type SampleAgent, type SampleConfig } from './sample-agent.ts'

const released = 'rekindle acquire + release(), raw key'

/** A live agent by an awaited call: with Rekindle a lease, taken and given back. */
export const memoryAwaited: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const sample = liveSample()
    const rekindle = createAgentCache<SampleConfig, SampleAgent>({
      namespace: 'bench',
      loadConfig: configOfAgent,
      createAgent,
      live: { maxAgents: capacity },
    })
    for (const key of sample.keys) await rekindle.getOrBuild(key)
    return {
      comparisons: [
        {
          title: 'Memory hit, awaited',
          unit: 'ns',
          baseline: layeredGet,
          contestants: [
            ...(await awaitedPeers(sample, batchMs)),
            getOrBuildRow(rekindle, sample, batchMs),
            ...leaseRows(rekindle, sample, batchMs),
            ...languageRows(batchMs),
          ],
          targets: [
            { of: released, to: layeredGet, atMost: 1 },
            { of: bentoGet, to: released, atLeast: 30 },
            { of: bentoGetOrSet, to: released, atLeast: 30 },
          ],
          notes: [
            `${agentCount} live agents in random order. Rekindle gets a new key object with every call, and counts a lease.`,
            'The peers take a string, prepared outside the measurement; async-cache-dedupe also takes the four parts, which it joins.',
            'All hold live objects: bentocache does not serialise, cacheable and cache-manager do not clone (and use storeHashSize 1).',
            'bentocache’s getOrSet is what acquire is: it builds what is missing.',
            'The last two rows are what "using" and "await using" cost in this Node with nothing behind them.',
            '"await using" also awaits twice: to get the lease, and to give it back.',
          ],
        },
      ],
      async end() {
        const { served } = rekindle.stats()
        await rekindle.close({ drainMs: 0 })
        if (served.build > agentCount) throw new Error(`Not only memory hits: ${JSON.stringify(served)}`)
      },
    }
  },
}

type Rekindle = ReturnType<typeof createAgentCache<SampleConfig, SampleAgent>>

function getOrBuildRow(rekindle: Rekindle, { visits }: LiveSample, batchMs: number): Contestant {
  return {
    name: 'rekindle getOrBuild, raw key',
    round: asyncBatch(async (count) => {
      let sum = 0
      for (let turn = 0; turn < count; turn++) {
        const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
        sum += (await rekindle.getOrBuild({ agentId, userId, sessionId, reasoning })).size
      }
      return sum
    }, batchMs),
  }
}

function leaseRows(rekindle: Rekindle, { visits }: LiveSample, batchMs: number): Contestant[] {
  return [
    {
      name: released,
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
          const lease = await rekindle.acquire({ agentId, userId, sessionId, reasoning })
          sum += lease.agent.size
          lease.release()
        }
        return sum
      }, batchMs),
    },
    {
      name: 'rekindle acquire, using, raw key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
          using lease = await rekindle.acquire({ agentId, userId, sessionId, reasoning })
          sum += lease.agent.size
        }
        return sum
      }, batchMs),
    },
    {
      name: 'rekindle acquire, await using, raw key',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
          await using lease = await rekindle.acquire({ agentId, userId, sessionId, reasoning })
          sum += lease.agent.size
        }
        return sum
      }, batchMs),
    },
  ]
}

const nothing = { size: 1, [Symbol.dispose]() {}, async [Symbol.asyncDispose]() {} }
const promiseOfNothing = Promise.resolve(nothing)

function languageRows(batchMs: number): Contestant[] {
  return [
    {
      name: 'the language: using, of something that does nothing',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          using nothing = await promiseOfNothing
          sum += nothing.size
        }
        return sum
      }, batchMs),
    },
    {
      name: 'the language: await using, of something that does nothing',
      round: asyncBatch(async (count) => {
        let sum = 0
        for (let turn = 0; turn < count; turn++) {
          await using nothing = await promiseOfNothing
          sum += nothing.size
        }
        return sum
      }, batchMs),
    },
  ]
}
