import type { ConfigStore } from 'rekindle'
import type { ConfigReader } from './config-reader.ts'
import { rekindleReader } from './rekindle-reader.ts'
import { sampleConfig, type SampleConfig } from './sample-agent.ts'
import { type SampleKey, sampleKeys } from './sample-keys.ts'

export const agentCount = 20
export const concurrency = 1_000
/** Of those that are made one after the other. */
export const requests = 300

export const shared = 'rekindle acquire (ioredis), sessions share their agent’s config'

/** The sessions that are asked for, and the config of each. */
export interface ConfigSample {
  /** How often `concurrency` of them are asked for at once. */
  readonly waves: number
  readonly keys: readonly SampleKey[]
  readonly warmUp: readonly SampleKey[]
  readonly sessionIds: readonly string[]
  readonly configOf: (session: number) => SampleConfig
}

export function configSample(batchMs: number): ConfigSample {
  const waves = batchMs < 10 ? 1 : 2
  const count = concurrency * waves
  const all = sampleKeys(count + agentCount, agentCount)
  const keys = all.slice(0, count)
  const configs = Array.from({ length: agentCount }, (_, agent) => sampleConfig(agent))
  return {
    waves,
    keys,
    warmUp: all.slice(count),
    sessionIds: keys.map(({ sessionId }) => sessionId),
    configOf: (session) => configs[session % agentCount]!,
  }
}

/** Rekindle on one kind of Redis, with either library. */
export async function rekindleReaders(
  { keys, warmUp, configOf }: ConfigSample,
  stores: { readonly onIoredis: ConfigStore; readonly onNodeRedis: ConfigStore },
): Promise<ConfigReader[]> {
  const common = { keys, warmUp, configOf }
  const { onIoredis, onNodeRedis } = stores
  return [
    await rekindleReader({ ...common, name: shared, namespace: 'shared', store: onIoredis }),
    await rekindleReader({
      ...common,
      name: 'rekindle acquire (node-redis), sessions share their agent’s config',
      namespace: 'node-redis',
      store: onNodeRedis,
    }),
    await rekindleReader({
      ...common,
      name: 'rekindle acquire (ioredis), every session has its own config',
      namespace: 'own',
      store: onIoredis,
      configOf: (session) => sampleConfig(agentCount + session),
    }),
  ]
}
