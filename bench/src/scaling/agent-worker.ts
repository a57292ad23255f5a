import { type AgentCacheOptions, createAgentCache, type InvalidationTarget } from 'rekindle'
import type { FleetPlan } from './fleet-plan.ts'
import type { Session } from './population.ts'
import type { Time } from './virtual-time.ts'

export type Store = NonNullable<AgentCacheOptions<unknown, unknown>['store']>

interface VersionedConfig {
  readonly agent: string
  readonly version: number
}

/** How a request was served, when, and after how many ms. */
export interface Served {
  readonly at: number
  readonly ms: number
  readonly source: 'memory' | 'config' | 'build' | 'failed'
  /** Of its config; -1 if there is none. */
  readonly version: number
}

/** What all workers of a fleet have in common. */
export interface Ground {
  readonly plan: FleetPlan
  readonly time: Time
  /** For one worker. */
  readonly store: () => Store
  readonly random: () => number
  /** Loads the config of an agent from its source of truth. */
  readonly load: (agent: string) => Promise<VersionedConfig>
  readonly onServed: (served: Served) => void
}

/** Of all that is made from an agent's config. */
export const tagOf = (agentId: string): string => `of-${agentId}`

const neverShort = { collections: 0 }

/** A worker process: the library's own agent caches, one for each namespace. */
export class AgentWorker {
  readonly #ground: Ground
  readonly #caches

  constructor(ground: Ground) {
    this.#ground = ground
    const { plan } = ground
    const store = ground.store()
    this.#caches = Array.from({ length: plan.namespaces }, (_, namespace) =>
      createAgentCache<VersionedConfig, VersionedConfig>({
        namespace: `fleet-${namespace}`,
        store,
        loadConfig({ agentId }, context) {
          context.tag(tagOf(agentId))
          return ground.load(agentId)
        },
        createAgent: (config) => config,
        configScope: ['agentId', 'reasoning'],
        liveScope: plan.sharedAgents ? ['agentId', 'reasoning'] : ['agentId', 'userId', 'sessionId', 'reasoning'],
        configVersion: plan.configVersion,
        configTtlMs: plan.configTtlMs,
        // All ages between none and this, as in a fleet that has been up for long.
        ttlJitter: 1,
        maxStalenessMs: plan.maxStalenessMs,
        whenUnsynced: plan.whenUnsynced,
        live: { maxAgents: plan.maxAgents },
        clock: ground.time,
        random: ground.random,
        readMemory: () => neverShort,
      }),
    )
  }

  #cacheOf(agent: number) {
    return this.#caches[agent % this.#caches.length]!
  }

  async request({ agent, number }: Session, visit: number, reasoning: boolean = false): Promise<void> {
    const { time, onServed } = this.#ground
    const at = time.elapsed
    const key = { agentId: `a${agent}`, userId: `u${number}`, sessionId: `s${number}.${visit}`, reasoning }
    try {
      const lease = await this.#cacheOf(agent).acquire(key)
      onServed({ at, ms: time.elapsed - at, source: lease.source, version: lease.agent.version })
      lease.release()
    } catch {
      onServed({ at, ms: time.elapsed - at, source: 'failed', version: -1 })
    }
  }

  /** In the first namespace. With `confirm` it resolves when all workers have dropped it. */
  invalidate(target: InvalidationTarget, confirm: boolean = false): Promise<void> {
    return this.#caches[0]!.invalidate(target, { confirm })
  }

  /** Calls when this worker has heard of invalidations, with their targets. */
  onInvalidated(call: (targets: readonly string[]) => void): void {
    for (const cache of this.#caches) cache.on('invalidated', ({ targets }) => call(targets))
  }

  async close(): Promise<void> {
    await Promise.all(this.#caches.map((cache) => cache.close()))
  }
}
