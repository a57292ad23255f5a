import { type AgentKey, encodeKey, type KeyField, keyFields, projectKey } from '../agent-key.ts'
import type { Clock } from '../clock.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import type { StaleWindows } from '../config/freshness.ts'
import type { Events } from '../events.ts'
import { countersOf, type RemovalCause, removalCauses } from '../reasons.ts'
import type { CacheSettings } from '../settings.ts'
import { DependencyIndex } from './dependency-index.ts'
import { Departures } from './departures.ts'
import type { Disposer } from './disposer.ts'
import { IdleAgents } from './idle-agents.ts'
import { KeyIndex } from './key-index.ts'
import { type LiveAgent, type LivePeriod, type QueuedWaiter, ready } from './live-agent.ts'
import type { costliest } from './pressure/costliest.ts'
import type { Household, MemoryWatching } from './pressure/memory-watch.ts'
import type { Scale } from './pressure/scale.ts'

export interface LiveTierOptions extends StaleWindows {
  readonly liveScope: readonly KeyField[]
  /** They may change at any time. */
  readonly settings: CacheSettings
  readonly exclusive: boolean
  readonly clock: Clock
  readonly watchMemory: (household: Household) => MemoryWatching
}

/** `stale`: may be served while a newer one is made. */
export type Standing = 'fresh' | 'stale' | 'expired' | 'idle'

/** How many removals are remembered, to tell who asks next why the agent was not there. */
const maxDepartures = 10_000

/**
 * Tier 1: the live agents of this process.
 *
 * An agent that leaves (for whatever {@link RemovalCause}) is out of the index at once, so nobody new gets it; it is disposed
 * when its last lease ends. Removal is by identity: what has taken an agent's place is never touched.
 */
export class LiveTier<Config, Agent> {
  readonly #options: LiveTierOptions
  readonly #disposer: Disposer<Agent>
  readonly #events: Events
  readonly #index = new KeyIndex<LiveAgent<Config, Agent>>()
  readonly #idle: IdleAgents<Config, Agent>
  readonly #memory: MemoryWatching
  readonly #scale: Scale<Config, Agent>
  /** Retired, with leases still running. */
  readonly #leaving = new Set<LiveAgent<Config, Agent>>()
  readonly #departures = new Departures(maxDepartures)
  readonly #dependents = new DependencyIndex<LiveAgent<Config, Agent>>()
  /** Until then it is known that no word of an invalidation is missing. Wall clock, ms. */
  vouchedUntil = 0
  /** That of the settings; held here, too, for the hot path. */
  idleMs: number
  /** On the hot path, so held here directly. */
  readonly #allFields: boolean
  readonly #settings: CacheSettings
  readonly #exclusive: boolean
  /** Ready agents with a lease. */
  #held = 0
  readonly removals: Record<RemovalCause, number> = countersOf(removalCauses)
  #onLastLease: (() => void) | undefined
  #closed = false

  constructor(options: LiveTierOptions, scale: Scale<Config, Agent>, disposer: Disposer<Agent>, events: Events) {
    this.#options = options
    this.#scale = scale
    this.#disposer = disposer
    this.#events = events
    this.#allFields = keyFields.every((field) => options.liveScope.includes(field))
    this.#settings = options.settings
    this.idleMs = options.settings.idleMs
    this.#exclusive = options.exclusive
    this.#idle = new IdleAgents(options, this)
    this.#memory = options.watchMemory(this)
  }

  get size(): number {
    return this.#index.size
  }

  /** Agents with a lease, the leaving ones included. */
  get inUse(): number {
    return this.#held + this.#leaving.size
  }

  get leaving(): number {
    return this.#leaving.size
  }

  /** The key as this tier compares it. */
  keyOf(key: AgentKey): AgentKey {
    if (this.#allFields) return key
    const { liveScope } = this.#options
    return {
      agentId: liveScope.includes('agentId') ? key.agentId : '',
      userId: liveScope.includes('userId') ? key.userId : '',
      sessionId: liveScope.includes('sessionId') ? key.sessionId : '',
      reasoning: liveScope.includes('reasoning') ? key.reasoning : '',
    }
  }

  find(key: AgentKey): LiveAgent<Config, Agent> | undefined {
    return this.#index.find(this.#allFields ? key : this.keyOf(key))
  }

  standing(live: LiveAgent<Config, Agent>, now: number): Standing {
    if (live.leases === 0 && now - live.idleSince >= this.idleMs) return 'idle'
    if (now < live.freshUntil) return 'fresh'
    return now < live.staleUntil ? 'stale' : 'expired'
  }

  /** Whether a holder could have it this instant without further ado. The common case, and the only one on the hot path. */
  isFree(live: LiveAgent<Config, Agent>, now: number): boolean {
    if (now >= live.freshUntil || now >= this.vouchedUntil) return false
    return live.leases === 0 ? now - live.idleSince < this.idleMs : !this.#exclusive
  }

  /** Counts a lease. Every call is answered by one {@link checkIn}. */
  checkOut(live: LiveAgent<Config, Agent>): void {
    if (live.leases++ === 0 && live.state.phase === 'ready') this.#held++
  }

  /** Ends a lease. */
  checkIn(live: LiveAgent<Config, Agent>): void {
    if (--live.leases > 0) return
    if (live.state.phase === 'retired') return this.#dispose(live, live.state.cause)
    if (live.state.phase !== 'ready') return
    const now = this.#options.clock.now()
    if (live.queue !== undefined && this.#passOn(live, live.queue, now)) return
    this.#held--
    this.#idle.rest(live, now)
    if (this.#index.size > this.#settings.maxAgents) this.#idle.evict()
  }

  /** Uses an agent for an instant: it is the latest used again. */
  touch(live: LiveAgent<Config, Agent>, now: number): void {
    if (live.leases === 0) this.#idle.rest(live, now)
  }

  enqueue(live: LiveAgent<Config, Agent>, waiter: QueuedWaiter<Config, Agent>): void {
    live.queue ??= new Set()
    live.queue.add(waiter)
  }

  /** To the next in the queue. If the agent must not serve any longer it leaves, and all in the queue ask again. */
  #passOn(live: LiveAgent<Config, Agent>, queue: Set<QueuedWaiter<Config, Agent>>, now: number): boolean {
    if (now >= live.staleUntil) {
      this.#held--
      this.retire(live, 'expired')
      return true
    }
    if (now >= this.vouchedUntil) {
      live.queue = undefined
      this.#held--
      this.#idle.rest(live, now)
      for (const waiter of queue) waiter.askAgain()
      return true
    }
    for (const waiter of queue) {
      queue.delete(waiter)
      live.leases = 1
      waiter.grant(live)
      return true
    }
    return false
  }

  /** Makes a new agent findable. One of the same key makes way for it. */
  admit(live: LiveAgent<Config, Agent>): void {
    // First: it calls the application, which may close the cache.
    live.bytes = this.#scale.weigh(live)
    if (this.#closed) return this.#leave(live, 'closed')
    const predecessor = this.#index.find(live)
    if (predecessor !== undefined) this.#takeOut(predecessor, 'replaced')
    live.state = ready
    this.#index.add(live)
    this.#dependents.add(live, live.record.tags)
    if (live.leases > 0) this.#held++
    else this.#idle.rest(live, this.#options.clock.now())
    // Only now: who hears of it and asks again shall find the new one.
    if (predecessor !== undefined) this.#sendOff(predecessor, 'replaced')
    this.#idle.evict()
    this.#memory.start()
  }

  /** For an agent that must not serve anyone but those who have it already. */
  turnAway(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    this.#leave(live, cause)
  }

  /** Its config has been found unchanged. */
  renew(live: LiveAgent<Config, Agent>, record: ConfigRecord<Config>, serveUntil: number): void {
    this.#dependents.remove(live, live.record.tags)
    this.#dependents.add(live, record.tags)
    live.record = record
    live.serveFor(this.period(record, serveUntil))
  }

  /** How long an agent of this config serves, if it is made or confirmed now. Never longer than its config. */
  period(record: ConfigRecord<Config>, serveUntil: number): LivePeriod {
    const { clock, settings, staleWhileRevalidateMs } = this.#options
    const ttlEnd = clock.now() + settings.liveTtlMs
    const freshUntil = Math.min(serveUntil, ttlEnd)
    return { freshUntil, staleUntil: Math.max(freshUntil, Math.min(record.freshUntil, ttlEnd) + staleWhileRevalidateMs) }
  }

  /** Takes a ready agent out of memory. Does nothing if it has left already. */
  retire(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    if (live.state.phase !== 'ready') return
    this.#takeOut(live, cause)
    this.#sendOff(live, cause)
  }

  #takeOut(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    this.#index.remove(live)
    this.#dependents.remove(live, live.record.tags)
    this.#departures.note(encodeKey(this.#named(live)), cause)
    this.#idle.remove(live)
    if (live.leases > 0) this.#held--
  }

  #sendOff(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    const { queue } = live
    live.queue = undefined
    this.#leave(live, cause)
    if (queue !== undefined) for (const waiter of queue) waiter.askAgain()
  }

  /** Retires what depends on one of `targets`. Returns how many that were. */
  retireDependents(targets: readonly string[], cause: RemovalCause): number {
    const leaving = this.#dependents.named(targets, this.#index)
    for (const live of leaving) this.retire(live, cause)
    return leaving.size
  }

  retireWhere(applies: (live: LiveAgent<Config, Agent>) => boolean, cause: RemovalCause): number {
    const leaving = [...this.#index].filter(applies)
    for (const live of leaving) this.retire(live, cause)
    return leaving.length
  }

  #leave(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    live.state = { phase: 'retired', cause }
    this.removals[cause]++
    const { leases } = live
    this.#leaving.add(live)
    this.#events.emit('retired', () => ({ key: this.#named(live), cause, leases }))
    live.announceRetirement()
    // A holder may have let go on hearing of it, and so have disposed it.
    if (live.leases === 0 && live.state.phase === 'retired') this.#dispose(live, cause)
  }

  #dispose(live: LiveAgent<Config, Agent>, cause: RemovalCause): void {
    live.state = { phase: 'disposed', cause }
    this.#leaving.delete(live)
    this.#disposer.dispose(live.agent, live, cause)
    if (this.#leaving.size === 0) this.#onLastLease?.()
  }

  /** For want of memory. Returns how many that were. */
  drop(choose: typeof costliest): number {
    return this.#idle.drop(choose)
  }

  /** Why the agent of this key, encoded, is not in memory. Forgotten with this. */
  takeDeparture(id: string): RemovalCause | 'cold' {
    return this.#departures.take(id) ?? 'cold'
  }

  #named(live: LiveAgent<Config, Agent>): Partial<AgentKey> {
    return projectKey(live, this.#options.liveScope)
  }

  /** The first `limit`: those in use, then the others, the latest used first. */
  byUse(limit: number): LiveAgent<Config, Agent>[] {
    const first: LiveAgent<Config, Agent>[] = []
    if (this.#held > 0) for (const live of this.#index) if (live.leases > 0 && first.length < limit) first.push(live)
    return first.concat(this.#idle.latest(limit - first.length))
  }

  /** Nothing idle stays; what is in use goes when its last lease ends. */
  close(): void {
    this.#closed = true
    this.#idle.stop()
    this.#memory.stop()
    this.retireWhere(() => true, 'closed')
  }

  /** Resolves when no retired agent has a lease. */
  async lastLease(): Promise<void> {
    if (this.#leaving.size > 0) await new Promise<void>((resolve) => (this.#onLastLease = resolve))
  }

  /** Disposes agents under their holders. Only for the end of a drain, when the application said to wait no longer. */
  abandonLeases(): void {
    for (const live of this.#leaving) this.#dispose(live, 'closed')
  }
}
