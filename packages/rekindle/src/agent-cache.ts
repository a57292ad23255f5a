import { type AgentKey, assertKey, type KeyField } from './agent-key.ts'
import type { Audit } from './audit/late-audit.ts'
import type { Clock } from './clock.ts'
import { closeDown, type OpenParts } from './close-down.ts'
import { CacheClosedError, InvalidOptionsError } from './errors.ts'
import type { EventListener, EventName, Events } from './events.ts'
import type { Explanation } from './explain/explanation.ts'
import { invalidateAt } from './invalidation/invalidate-at.ts'
import type { LateDiagnosis } from './late/late-diagnosis.ts'
import { fromMemory, type Lease, LiveLease } from './live/lease.ts'
import type { LiveAgent } from './live/live-agent.ts'
import { type LiveAgentSummary, summaryOf } from './live/live-summary.ts'
import type { LiveTier } from './live/live-tier.ts'
import type { AcquireOptions, InvalidateOptions, InvalidationTarget } from './options.ts'
import type { RequestNotes } from './watch/request-notes.ts'
import type { AgentCacheStats, Counters } from './counts/stats.ts'
import type { Tracing } from './tracing.ts'
import type { Workers } from './workers/workers.ts'

/** Of memory hits, one in this many (a power of two) is timed: reading the time for each would double its cost. */
const latencySampling = 128

export interface AgentCacheParts<Config, Agent> extends OpenParts<Config, Agent> {
  readonly counters: Counters
  readonly events: Events
  /** That of configs, and that of live agents. */
  readonly scopes: readonly [readonly KeyField[], readonly KeyField[]]
  readonly diagnosis: LateDiagnosis
  readonly stats: () => AgentCacheStats
  readonly workers: Workers
  readonly tracing: Tracing
  /** Tells {@link OpenParts.watch} of requests, if there is one. */
  readonly notes: RequestNotes | undefined
  readonly exclusive: boolean
}

/** Live agents by key. Made by `createAgentCache`. */
export class AgentCache<Config, Agent> {
  readonly #parts: AgentCacheParts<Config, Agent>
  /** On the hot path, so held here directly. */
  readonly #live: LiveTier<Config, Agent>
  readonly #clock: Clock
  readonly #counters: Counters
  readonly #exclusive: boolean
  readonly #notes: RequestNotes | undefined
  #closing: Promise<void> | undefined

  constructor(parts: AgentCacheParts<Config, Agent>) {
    this.#parts = parts
    this.#live = parts.live
    this.#clock = parts.clock
    this.#counters = parts.counters
    this.#exclusive = parts.exclusive
    this.#notes = parts.notes
  }

  /**
   * A lease on the agent of `key`: from memory, or made from its stored config, or built. End it with `await using`, `using` or
   * `release()`.
   *
   * Not an `async` function: a memory hit costs no more than a look-up and one promise.
   *
   * Rejects with what `loadConfig` or `createAgent` threw, unchanged; with {@link BuildTimeoutError}; with the reason of
   * `signal` or {@link AcquireTimeoutError} when the caller gives up; with {@link InvalidKeyError}, {@link QueueFullError} or
   * {@link CacheClosedError}.
   */
  acquire(key: AgentKey, options?: AcquireOptions): Promise<Lease<Agent, Config>> {
    const live = options?.signal?.aborted === true ? undefined : this.#free(key)
    if (live === undefined) return this.#acquireInTime(key, options ?? {})
    this.#live.checkOut(live)
    return Promise.resolve(new LiveLease(live, this.#live, fromMemory))
  }

  /** The agent in memory, if it can be had this instant; counted as a hit. */
  #free(key: AgentKey): LiveAgent<Config, Agent> | undefined {
    // Nothing that is not an object is a key; the slow path says so.
    if (key === undefined || key === null) return undefined
    const served = this.#counters.served
    if ((served.memory & (latencySampling - 1)) === 0) return this.#freeTimed(key)
    const live = this.#live.find(key)
    if (live === undefined) return undefined
    const now = this.#clock.now()
    if (!this.#live.isFree(live, now)) return undefined
    served.memory++
    this.#notes?.hit(live, now)
    return live
  }

  #freeTimed(key: AgentKey): LiveAgent<Config, Agent> | undefined {
    const started = performance.now()
    const live = this.#live.find(key)
    if (live === undefined) return undefined
    const now = this.#clock.now()
    if (!this.#live.isFree(live, now)) return undefined
    this.#counters.serve(fromMemory, performance.now() - started)
    this.#notes?.hit(live, now)
    this.#parts.audit?.served(live.record, live, latencySampling)
    return live
  }

  #acquireInTime(key: AgentKey, options: AcquireOptions): Promise<Lease<Agent, Config>> {
    try {
      assertKey(key)
      if (this.#closing !== undefined) throw new CacheClosedError()
      options.signal?.throwIfAborted()
      if (options.timeoutMs !== undefined && !(options.timeoutMs >= 0)) {
        throw new InvalidOptionsError('timeoutMs', 'timeoutMs must be a number of at least 0.')
      }
    } catch (error) {
      return Promise.reject(error as Error)
    }
    const { room, tracing, audit } = this.#parts
    this.#notes?.ask(key, this.#clock.now())
    const enter = () => room.enter(key, options)
    const entered = tracing.trace('acquire', key, enter, ({ source, reason, fingerprint }) => ({ source, reason, fingerprint }))
    return audit === undefined ? entered : entered.then((lease) => this.#audited(lease, key, audit))
  }

  #audited(lease: Lease<Agent, Config>, key: AgentKey, audit: Audit): Lease<Agent, Config> {
    const live = lease.source === 'config' ? this.#live.find(key) : undefined
    if (live !== undefined) audit.served(live.record, live, 1)
    return lease
  }

  /** Runs `work` with the agent of `key`, holding a lease on it meanwhile. Rejects as {@link acquire} does, or as `work` does. */
  async use<Result>(
    key: AgentKey,
    work: (agent: Agent, lease: Lease<Agent, Config>) => Result | Promise<Result>,
    options?: AcquireOptions,
  ): Promise<Result> {
    const lease = await this.acquire(key, options)
    // Not `using`: that costs as much as the whole of a memory hit.
    try {
      return await work(lease.agent, lease)
    } finally {
      lease.release()
    }
  }

  /**
   * The agent of `key`, without a lease: for agents that hold nothing to dispose of, since nothing keeps this one from being
   * disposed while it is used. Not for exclusive agents.
   */
  getOrBuild(key: AgentKey, options?: AcquireOptions): Promise<Agent> {
    if (this.#exclusive) return Promise.reject(needsLease())
    const agent = options?.signal?.aborted === true ? undefined : this.#present(key)
    if (agent !== undefined) return Promise.resolve(agent)
    return this.acquire(key, options).then((lease) => {
      lease.release()
      return lease.agent
    })
  }

  /**
   * The agent of `key` if it is in memory and fresh, at once and without a lease; `undefined` otherwise. It is a use: the agent
   * is the last to be evicted. The same caution as with {@link getOrBuild} holds.
   */
  getIfPresent(key: AgentKey): Agent | undefined {
    if (this.#exclusive) throw needsLease()
    return this.#present(key)
  }

  #present(key: AgentKey): Agent | undefined {
    if (key === undefined || key === null) return undefined
    const live = this.#live.find(key)
    if (live === undefined) return undefined
    const now = this.#clock.now()
    if (!this.#live.isFree(live, now)) return undefined
    this.#counters.served.memory++
    this.#notes?.hit(live, now)
    this.#live.touch(live, now)
    return live.agent
  }

  /** Checks a key once, for callers that use it many times. Throws {@link InvalidKeyError} naming the wrong field. */
  key(key: AgentKey): AgentKey {
    assertKey(key)
    const { agentId, userId, sessionId, reasoning } = key
    return Object.freeze({ agentId, userId, sessionId, reasoning })
  }

  /**
   * Makes every agent and config that `target` names invalid. Once this has resolved, no `acquire` that begins then gets what
   * was loaded before: in this process; from the config tier, in any process; from the memory of others, as soon as word
   * reaches them (milliseconds; within `maxStalenessMs` if it is lost). With `confirm` it resolves only when every live worker
   * has dropped it from memory, too; with `whenUnsynced: 'serve'` a worker that cannot reach the store counts as live
   * until what it has in memory has expired. Those who hold such an agent keep it, and their `lease.retired` fires.
   *
   * Rejects with {@link InvalidTargetError}; with {@link InvalidationFailedError} if the store did not take it; with
   * {@link InvalidationUnconfirmedError}, which names the workers that did not report within `timeoutMs`.
   */
  invalidate(target: InvalidationTarget, options: InvalidateOptions = {}): Promise<void> {
    const { fleet, scopes } = this.#parts
    return invalidateAt(fleet, scopes, target, options)
  }

  /** What has been counted in this process since the cache was made, and how it stands now. */
  stats(): AgentCacheStats {
    return this.#parts.stats()
  }

  /**
   * The agents in the memory of this process, the first `limit` (default 100): those in use, then the latest used. Throws
   * {@link InvalidOptionsError} for a `limit` that is no number of at least 0.
   */
  liveAgents({ limit = 100 }: { readonly limit?: number } = {}): LiveAgentSummary[] {
    if (!(limit >= 0)) throw new InvalidOptionsError('limit', 'limit must be a number of at least 0.')
    const [, liveScope] = this.#parts.scopes
    const now = this.#clock.now()
    return this.#live.byUse(limit).map((live) => summaryOf(live, liveScope, now))
  }

  /**
   * Where `key` stands: in the memory of this process, in the store, and what has happened to it of late. It is no use of the agent,
   * and builds nothing. What the store does not say within `storeTimeoutMs` is `store-unavailable`.
   *
   * Rejects with {@link InvalidKeyError} or {@link CacheClosedError}.
   */
  async explain(key: AgentKey): Promise<Explanation> {
    assertKey(key)
    if (this.#closing !== undefined) throw new CacheClosedError()
    return (await this.#parts.diagnosis.ready()).explain(key)
  }

  /** All workers of the namespace, on all machines: their numbers, and where they have a key. */
  get workers(): Workers {
    return this.#parts.workers
  }

  /** Listens to what happens. Returns the function that stops it. Throws {@link InvalidOptionsError} when there are 1000 listeners of an event. */
  on<Name extends EventName>(name: Name, listener: EventListener<Name>): () => void {
    return this.#parts.events.on(name, listener)
  }

  /**
   * Hands out no more agents, disposes the idle ones, lets builds and leases in progress end for up to `drainMs` (default
   * 10 000), then aborts and disposes what is left, and releases the store's connection. Calling it again returns the same
   * promise. Rejects only for a `drainMs` that is no number, before anything is closed.
   */
  close(options: { readonly drainMs?: number } = {}): Promise<void> {
    if (this.#closing !== undefined) return this.#closing
    const { drainMs = 10_000 } = options
    if (!(drainMs >= 0)) return Promise.reject(new InvalidOptionsError('drainMs', 'drainMs must be a number of at least 0.'))
    // Known before anything is closed: who hears of that may close, too.
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closing = promise
    void closeDown(this.#parts, drainMs).then(resolve, (error: unknown) => {
      this.#parts.events.emit('store-error', () => ({ operation: 'close', error }))
      resolve()
    })
    return promise
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function needsLease(): InvalidOptionsError {
  return new InvalidOptionsError('live.concurrency', 'An exclusive agent cannot be had without a lease. Use acquire or use.')
}
