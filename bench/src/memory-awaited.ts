import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { Loader } from 'layered-loader'
import { createAgentCache } from 'rekindle'
import { asyncBatch } from './batch.ts'
import type { Benchmark } from './benchmark.ts'
import { createAgent, type SampleAgent, sampleConfig } from './sample-agent.ts'
import { joined, sampleKeys, shuffled } from './sample-keys.ts'

const agentCount = 1_000
const ttlMs = 3_600_000

const released = 'rekindle acquire + release(), raw key'
const disposed = 'rekindle acquire, using, raw key'
const awaitDisposed = 'rekindle acquire, await using, raw key'
const layeredGet = 'layered-loader get, prepared string key'
const bentoGet = 'bentocache get, live objects, prepared string key'
const bentoGetOrSet = 'bentocache getOrSet, live objects, prepared string key'

const nothing = { size: 1, [Symbol.dispose]() {}, async [Symbol.asyncDispose]() {} }
/** Never called: everything is there. */
const missing = (): SampleAgent => {
  throw new Error('It should have been in memory.')
}

const promiseOfNothing = Promise.resolve(nothing)

/** A live agent by an awaited call: with Rekindle a lease, taken and given back. */
export const memoryAwaited: Benchmark = {
  needsRedis: false,
  async prepare({ scale: { batchMs } }) {
    const keys = sampleKeys(agentCount, 20)
    const agents = keys.map((_, index) => createAgent(sampleConfig(index % 20)))
    const names = keys.map(joined)

    const map = new Map<string, SampleAgent>()
    const layered = new Loader<SampleAgent>({ inMemoryCache: { ttlInMsecs: ttlMs, maxItems: 2 * agentCount } })
    // Without `serialize: false` every hit parses JSON, and live agents could not be kept at all.
    const liveObjects = bentostore().useL1Layer(memoryDriver({ serialize: false, maxItems: 2 * agentCount }))
    const bento = new BentoCache({ default: 'memory', ttl: ttlMs, stores: { memory: liveObjects } })
    const rekindle = createAgentCache({
      namespace: 'bench',
      loadConfig: ({ agentId }) => sampleConfig(Number(agentId.slice('agent-'.length))),
      createAgent,
      live: { maxAgents: 2 * agentCount },
    })
    for (const [index, key] of keys.entries()) {
      const agent = agents[index]!
      map.set(key.sessionId, agent)
      await layered.forceSetValue(names[index]!, agent)
      await bento.set({ key: names[index]!, value: agent })
      await rekindle.getOrBuild(key)
    }

    const visits = shuffled(keys)
    const sessions = visits.map(({ sessionId }) => sessionId)
    const preparedNames = shuffled(names)

    const contestants = [
      {
        name: 'Promise.resolve(Map.get), session id',
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += (await Promise.resolve(map.get(sessions[turn % agentCount]!)))!.size
          return sum
        }, batchMs),
      },
      {
        name: layeredGet,
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += (await layered.get(preparedNames[turn % agentCount]!))!.size
          return sum
        }, batchMs),
      },
      {
        name: 'layered-loader get, key joined from four parts',
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) sum += (await layered.get(joined(visits[turn % agentCount]!)))!.size
          return sum
        }, batchMs),
      },
      {
        name: bentoGet,
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) {
            const agent = await bento.get<SampleAgent>({ key: preparedNames[turn % agentCount]! })
            sum += agent!.size
          }
          return sum
        }, batchMs),
      },
      {
        name: bentoGetOrSet,
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) {
            const agent = await bento.getOrSet({ key: preparedNames[turn % agentCount]!, factory: missing })
            sum += agent!.size
          }
          return sum
        }, batchMs),
      },
      {
        name: 'rekindle getOrBuild, raw key',
        round: asyncBatch(async (count) => {
          let sum = 0
          for (let turn = 0; turn < count; turn++) {
            const { agentId, userId, sessionId, reasoning } = visits[turn % agentCount]!
            sum += (await rekindle.getOrBuild({ agentId, userId, sessionId, reasoning })).size
          }
          return sum
        }, batchMs),
      },
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
        name: disposed,
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
        name: awaitDisposed,
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
    return {
      comparisons: [
        {
          title: 'Memory hit, awaited',
          unit: 'ns',
          baseline: layeredGet,
          contestants,
          targets: [
            { of: released, to: layeredGet, atMost: 1.5 },
            { of: bentoGet, to: released, atLeast: 10 },
            { of: bentoGetOrSet, to: released, atLeast: 10 },
          ],
          notes: [
            `${agentCount} live agents in random order. Rekindle gets a new key object with every call, and counts a lease.`,
            'bentocache’s getOrSet is what acquire is: it builds what is missing.',
            'The last two rows are what "using" and "await using" cost in this Node with nothing behind them.',
            '"await using" also awaits twice: to get the lease, and to give it back.',
          ],
        },
      ],
      end: async () => {
        await bento.disconnectAll()
        await rekindle.close({ drainMs: 0 })
      },
    }
  },
}
