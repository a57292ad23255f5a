import { type AgentCache, type ConfigStore, createAgentCache } from 'rekindle'
import type { ConfigReader } from '../config-reader.ts'
import { createAgent, type SampleAgent, type SampleConfig } from '../sample-agent.ts'
import type { SampleKey } from '../sample-keys.ts'
import type { MissSample } from './miss-sample.ts'

/** A pause of this machine must not turn into a miss that is not stored. */
const storeTimeoutMs = 10_000
const namespace = 'misses'

export interface RekindleMissesOptions {
  readonly name: string
  /** An empty one for each round. */
  readonly store?: () => ConfigStore
  readonly sample: MissSample
  readonly configOf: (session: number) => SampleConfig
  /** More at once would wait for each other. */
  readonly concurrency: number
  /** Clears the store after a round. */
  readonly empty: () => Promise<unknown>
}

type Cache = AgentCache<SampleConfig, SampleAgent>

/** Misses of a worker that is new in every round. */
export function rekindleMisses({ name, store, sample, configOf, concurrency, empty }: RekindleMissesOptions): ConfigReader {
  const { keys, warmUp } = sample
  const sessions = new Map([...keys, ...warmUp].map(({ sessionId }, session) => [sessionId, session]))
  const failures: unknown[] = []
  let current: ConfigStore | undefined
  let worker: Cache
  const open = (loadConfig: (key: SampleKey) => Promise<SampleConfig>): Cache => {
    const cache = createAgentCache<SampleConfig, SampleAgent>({
      namespace,
      ...(current !== undefined && { store: current }),
      storeTimeoutMs,
      maxConcurrentBuilds: concurrency,
      loadConfig,
      createAgent,
      live: { maxAgents: 2 * keys.length },
    })
    cache.on('store-error', ({ error }) => failures.push(error))
    cache.on('config-not-stored', ({ message }) => failures.push(message))
    return cache
  }
  return {
    name,
    async begin() {
      current = store?.()
      worker = open(async ({ sessionId }) => configOf(sessions.get(sessionId)!))
      for (const key of warmUp) await worker.getOrBuild(key)
    },
    async read(session) {
      const { agentId, userId, sessionId, reasoning } = keys[session]!
      using lease = await worker.acquire({ agentId, userId, sessionId, reasoning })
      return lease.agent
    },
    async end(reads) {
      const { served } = worker.stats()
      await worker.close()
      if (served.build !== reads + warmUp.length) throw new Error(`${name}: ${reads} misses were ${JSON.stringify(served)}.`)
      if (current !== undefined) await expectStored(open, keys.slice(0, reads), name)
      await empty()
      if (failures.length > 0) throw new AggregateError(failures, `${name}: not everything was stored.`)
    },
  }
}

/** Another worker finds all of them in the store. */
async function expectStored(
  open: (load: (key: SampleKey) => Promise<SampleConfig>) => Cache,
  keys: readonly SampleKey[],
  name: string,
): Promise<void> {
  const other = open((key) => Promise.reject(new Error(`${name}: the config of ${JSON.stringify(key)} was not stored.`)))
  await Promise.all(keys.map((key) => other.getOrBuild(key)))
  await other.close()
}
