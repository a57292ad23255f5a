import type { JsonValue } from './agent-config/json-value.ts'
import type { KeyField, ScopedKey } from './agent-key.ts'
import type { Clock } from './clock.ts'
import type { StandardSchema } from './config/standard-schema.ts'
import type { ConfigStore } from './store/config-store.ts'
import type { RequestWatcher } from './watch/watcher.ts'
import type { MemoryReading } from './live/pressure/memory-reading.ts'

export type { InvalidateOptions, InvalidationTarget } from './invalidation/invalidation-target.ts'

/** What `loadConfig` and `buildAgent` are given beside the key. */
export interface LoadContext {
  /** Aborted after `buildTimeoutMs`, and when the cache closes before the build has ended. */
  readonly signal: AbortSignal
  /** Adds a dependency: `invalidate({ tags: [name] })` will reach what is being loaded. */
  readonly tag: (name: string) => void
}

/** What `createAgent` and `rebuildAgent` are given beside config and key. */
export interface CreateContext {
  /** Aborted after `buildTimeoutMs`, and when the cache closes before the agent is made. */
  readonly signal: AbortSignal
  /** Tells that the agent is made without what its config asks for at `path`: the cache emits `config-ignored`. */
  readonly ignored: (path: string, message: string) => void
}

type MaybePromise<Value> = Value | Promise<Value>

/** The usual form: load (expensive, shared as JSON), then create (cheap, local). */
export interface TwoPhaseBuild<Config, Agent, ConfigFields extends KeyField, LiveFields extends KeyField> {
  /** Loads the agent's config from its source of truth. Returns plain JSON. */
  loadConfig(key: ScopedKey<ConfigFields>, context: LoadContext): MaybePromise<Config>
  /**
   * Makes the live agent. `config` is deep-frozen and has been through JSON, whether it was loaded just now or found in the
   * store. Throwing on a config from the store drops that entry, and a full build follows.
   */
  readonly createAgent: (config: Config, key: ScopedKey<LiveFields>, context: CreateContext) => MaybePromise<Agent>
  /** Which fields of the key the config depends on; `loadConfig` gets these only. Default: those of `liveScope`. */
  configScope?: readonly ConfigFields[]
  buildAgent?: never
  toConfig?: never
  rebuildAgent?: never
}

/** For agents that come out of one opaque function. */
export interface OpaqueBuild<Config, Agent, LiveFields extends KeyField> {
  buildAgent(key: ScopedKey<LiveFields>, context: LoadContext): MaybePromise<Agent>
  /** The config of an agent just built: its version (`lease.fingerprint`), and what `rebuildAgent` starts from. */
  toConfig(agent: Agent, key: ScopedKey<LiveFields>): Config
  /** Makes the agent from its config. Without it every memory miss is a full build, and nothing is stored. */
  rebuildAgent?(config: Config, key: ScopedKey<LiveFields>, context: CreateContext): MaybePromise<Agent>
  loadConfig?: never
  createAgent?: never
  configScope?: never
}

/** The memory tier: how many live agents, and for how long. */
export interface LiveOptions {
  /** Agents kept in this process. Only idle ones are evicted, so those in use may exceed it. Default 1000. */
  readonly maxAgents?: number
  /** How long an agent serves without its config being confirmed. Default: `configTtlMs`. Never longer than its config is fresh. */
  readonly ttlMs?: number
  /** How long an agent that nobody uses is kept. Default 900 000 (15 minutes). */
  readonly idleMs?: number
  /** `'exclusive'` hands an agent to one holder at a time; the others queue in order. Default `'shared'`. */
  readonly concurrency?: 'shared' | 'exclusive'
}

/** The options of {@link createAgentCache}, whichever way agents are built. Times are in milliseconds. */
export interface CommonOptions<Config, Agent, LiveFields extends KeyField> {
  /** Separates applications that share a store. */
  readonly namespace: string
  /** Closes what the build opened; runs once per agent, after its last lease. Default: the agent's own `Symbol.asyncDispose` or `Symbol.dispose`. */
  disposeAgent?(agent: Agent, key: ScopedKey<LiveFields>): void | Promise<void>
  /**
   * How many bytes an agent holds, roughly; called once per agent. When the process nears a limit of its memory, agents that
   * nobody holds are dropped: first those that are heavy for what making them again takes. Default: all weigh the same.
   */
  weighAgent?(agent: Agent, key: ScopedKey<LiveFields>): number
  /** Validates every config: what comes back from the store (a mismatch is a miss), and what was just loaded (a mismatch is an {@link InvalidConfigError}). Agents get its output. */
  readonly configSchema?: StandardSchema<Config>
  /** The application's own version of its configs: each has entries of its own, so releases that differ do not meet. Default `'1'`. */
  readonly configVersion?: string
  /** Which fields of the key the live agent depends on; the build gets these only. Must contain `configScope`. Default: all four. */
  readonly liveScope?: readonly LiveFields[]
  /** The config tier. Default: none, memory only. */
  readonly store?: ConfigStore
  /** How long a config is fresh. Default 3 600 000 (one hour). */
  readonly configTtlMs?: number
  /** How long after that it may still be served while a refresh runs (RFC 5861). Default 0. */
  readonly staleWhileRevalidateMs?: number
  /** How long after that it may still be served when loading fails (RFC 5861). Default 0. */
  readonly staleIfErrorMs?: number
  /**
   * How long it is remembered that there is no such agent (an `AgentNotFoundError` of `loadConfig`), so that a flood of
   * unknown ids does not reach the database. `invalidate` makes it forget: whoever creates an agent must call that, too.
   * Default 0, not at all.
   */
  readonly notFoundTtlMs?: number
  /** Up to which part of `configTtlMs` expiry is brought forward, at random, so that entries do not expire together. Default 0.1. */
  readonly ttlJitter?: number
  /** The memory tier. */
  readonly live?: LiveOptions
  /** Watches the requests to say which times to live and which size to set: `createAdvisor()` of `rekindle/advisor`. */
  readonly advisor?: RequestWatcher
  /**
   * Which part of what is served is loaded anew in the background, to see whether something changes agents without invalidating
   * them: 0.001 is one in a thousand. Of memory hits, at most one in 128 is looked at. Default 0. Needs `loadConfig`.
   */
  readonly auditRate?: number
  /** How many `loadConfig` calls may run at once in this process. Default 32. */
  readonly maxConcurrentBuilds?: number
  /** What loading, and what creating, may take. Default 30 000. */
  readonly buildTimeoutMs?: number
  /**
   * What a request waits for the store at most, in all. (One that joined another's build: as long again when that ends, to know
   * whether it was invalidated meanwhile.) Default 250.
   */
  readonly storeTimeoutMs?: number
  /**
   * For how long an agent in memory may serve after it was invalidated elsewhere, when word of that is lost. At 0 every memory
   * hit asks the store first. Default 1 000.
   */
  readonly maxStalenessMs?: number
  /**
   * Memory hits while the store does not say what was invalidated: `'serve'` goes on until the agent's time to live is over,
   * `'rebuild'` stops within `maxStalenessMs`. Default `'serve'`.
   */
  readonly whenUnsynced?: 'serve' | 'rebuild'
  /**
   * What other workers are told of this process when they ask (`workers.stats`): JSON of at most 65 536 characters. Called on each
   * such occasion. Nothing that users of a dashboard may not see.
   */
  readonly describeWorker?: () => JsonValue
  /** For tests. */
  readonly clock?: Clock
  /** For tests: a number from 0 up to, not including, 1. */
  readonly random?: () => number
  /** For tests: how much memory is in use, and of how much. */
  readonly readMemory?: () => MemoryReading
}

/** The options of {@link createAgentCache}: those in common, and one of the two ways to build agents. */
export type AgentCacheOptions<
  Config,
  Agent,
  ConfigFields extends KeyField = KeyField,
  LiveFields extends KeyField = KeyField,
> = CommonOptions<Config, Agent, LiveFields> &
  (TwoPhaseBuild<Config, Agent, ConfigFields, LiveFields> | OpaqueBuild<Config, Agent, LiveFields>)

/** How long a request waits for its agent. Default: as long as the agent takes. */
export interface AcquireOptions {
  /** Gives up waiting. A build in progress goes on for those who come next. */
  readonly signal?: AbortSignal
  /** Gives up waiting after this time, with {@link AcquireTimeoutError}. Default: no time of its own. */
  readonly timeoutMs?: number
}
