import { type AgentCache, type AgentKey, createAgentCache, InvalidationFailedError } from '../../src/index.ts'
import type { ConfigStore } from '../../src/index.ts'
import type { StoreConnection } from '../../src/store/index.ts'

export interface Config {
  readonly agentId: string
  readonly userId: string
  readonly version: number
}
export type Source = 'memory' | 'config' | 'build'

export interface WorkerOptions {
  readonly namespace: string
  readonly store?: ConfigStore
  readonly storeTimeoutMs?: number
  readonly live?: { readonly maxAgents: number }
}

/** Where configs come from. An edit is one more version of all that an agent has. */
export class Origin {
  readonly #versions = new Map<string, number>()

  versionOf(agentId: string): number {
    return this.#versions.get(agentId) ?? 1
  }

  edit(agentId: string): number {
    this.#versions.set(agentId, this.versionOf(agentId) + 1)
    return this.versionOf(agentId)
  }
}

/** A worker of which every answer is checked: for the right agent, for the right user, of a version that is not too old. */
export class CheckedWorker {
  readonly cache: AgentCache<Config, Config>
  /** Calls that have reached the store, by name. */
  readonly calls: string[] = []
  /** Those that it has answered. */
  readonly answered: Set<string> = new Set<string>()
  /** What this worker has been told of: nothing older may be served. */
  readonly #oldest = new Map<string, number>()
  readonly #origin: Origin

  constructor(origin: Origin, { store, ...options }: WorkerOptions) {
    this.#origin = origin
    this.cache = createAgentCache<Config, Config>({
      ...options,
      ...(store && { store: this.#counted(store) }),
      loadConfig: ({ agentId, userId }) => ({ agentId, userId, version: origin.versionOf(agentId) }),
      createAgent: (config) => config,
    })
  }

  /** Throws if the agent is not the one to get. */
  async ask(agentId: string, user: number): Promise<Source> {
    const key = keyOf(agentId, user)
    const oldest = this.#oldest.get(agentId) ?? 1
    using lease = await this.cache.acquire(key)
    const { agent, source } = lease
    if (agent.agentId !== key.agentId || agent.userId !== key.userId) {
      throw new Error(`asked for ${JSON.stringify(key)}, and got ${JSON.stringify(agent)} from ${source}`)
    }
    if (agent.version < oldest) throw new Error(`got ${JSON.stringify(agent)} from ${source} when version ${oldest} was known`)
    return source
  }

  /** Changes an agent at its origin and invalidates it. Nothing older may be served here from then on, nor elsewhere if it was taken. */
  async edit(agentId: string, others: readonly CheckedWorker[]): Promise<'taken' | 'refused'> {
    const version = this.#origin.edit(agentId)
    const outcome = await this.cache.invalidate({ agentId }).then(
      () => 'taken' as const,
      (error: unknown) => {
        if (!InvalidationFailedError.isInstance(error)) throw error
        return 'refused' as const
      },
    )
    for (const told of outcome === 'taken' ? [this, ...others] : [this]) told.#oldest.set(agentId, version)
    return outcome
  }

  #counted(store: ConfigStore): ConfigStore {
    const count = (connection: StoreConnection): StoreConnection =>
      new Proxy(connection, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target)
          if (typeof member !== 'function') return member
          return (...args: unknown[]): unknown => {
            this.calls.push(String(name))
            const answer: unknown = Reflect.apply(member, target, args)
            if (answer instanceof Promise)
              answer.then(
                () => this.answered.add(String(name)),
                () => {},
              )
            return answer
          }
        },
      })
    return { ...store, connect: (namespace, options) => count(store.connect(namespace, options)) }
  }
}

export const keyOf = (agentId: string, user: number): AgentKey => ({
  agentId,
  userId: `user ${user}`,
  sessionId: 's',
  reasoning: false,
})
