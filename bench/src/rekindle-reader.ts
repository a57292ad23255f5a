import { type AgentCache, type ConfigStore, createAgentCache } from 'rekindle'
import type { ConfigReader } from './config-reader.ts'
import { createAgent, type SampleAgent, type SampleConfig } from './sample-agent.ts'
import type { SampleKey } from './sample-keys.ts'

/** A pause of this machine must not turn a hit into a build. */
const storeTimeoutMs = 10_000

export interface RekindleReaderOptions {
  readonly name: string
  readonly namespace: string
  /** One connection for all that this makes. */
  readonly store: ConfigStore
  readonly keys: readonly SampleKey[]
  readonly configOf: (session: number) => SampleConfig
  /** Sessions that a worker serves before it is measured. None of them is measured. */
  readonly warmUp: readonly SampleKey[]
}

/**
 * Rekindle's config tier. What is measured is a real hit: one worker has stored the configs, another one, new in every round,
 * is asked for sessions that it has never seen.
 */
export async function rekindleReader(options: RekindleReaderOptions): Promise<ConfigReader> {
  const { name, store, namespace, keys, warmUp } = options
  await fill(options)
  let worker: AgentCache<SampleConfig, SampleAgent>
  return {
    name,
    async begin() {
      worker = createAgentCache({
        namespace,
        store,
        storeTimeoutMs,
        loadConfig: (key): SampleConfig => {
          throw new Error(`The config of ${JSON.stringify(key)} should have been in the store.`)
        },
        createAgent,
        // So that no round pays for evictions.
        live: { maxAgents: 2 * keys.length },
      })
      for (const key of warmUp) await worker.getOrBuild(key)
    },
    async read(session) {
      const { agentId, userId, sessionId, reasoning } = keys[session]!
      using lease = await worker.acquire({ agentId, userId, sessionId, reasoning })
      return lease.agent
    },
    async end() {
      const { served } = worker.stats()
      await worker.close()
      if (served.memory > 0 || served.build > 0) throw new Error(`Not only config hits: ${JSON.stringify(served)}`)
    },
  }
}

/** More writes at once than this would be dropped. */
const chunk = 500

async function fill({ namespace, store, keys, warmUp, configOf }: RekindleReaderOptions): Promise<void> {
  const all = [...keys, ...warmUp]
  const sessions = new Map(all.map(({ sessionId }, session) => [sessionId, session]))
  for (let from = 0; from < all.length; from += chunk) {
    const worker = createAgentCache({
      namespace,
      store,
      storeTimeoutMs,
      maxConcurrentBuilds: chunk,
      loadConfig: ({ sessionId }) => configOf(sessions.get(sessionId)!),
      createAgent,
    })
    const errors: unknown[] = []
    worker.on('store-error', ({ error }) => errors.push(error))
    await Promise.all(all.slice(from, from + chunk).map((key) => worker.getOrBuild(key)))
    await worker.close()
    if (errors.length > 0) throw new AggregateError(errors, 'The configs could not be stored.')
  }
}
