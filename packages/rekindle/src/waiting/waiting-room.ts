import { type AgentKey, type KeyField, projectKey } from '../agent-key.ts'
import type { AgentBuilder, Built } from '../build/agent-builder.ts'
import { type BuiltOrigin, createdOf, liveAgentOf, originOf } from './built-origin.ts'
import type { Clock } from '../clock.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import { CacheClosedError, QueueFullError } from '../errors.ts'
import type { Events } from '../events.ts'
import { type Flight, Flights, maxFlying } from './flights.ts'
import type { Fleet } from '../fleet.ts'
import { handOver } from './hand-over.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import { fromMemory, type Lease, LiveLease, type Origin } from '../live/lease.ts'
import type { LiveAgent } from '../live/live-agent.ts'
import type { LiveTier } from '../live/live-tier.ts'
import type { AcquireOptions } from '../options.ts'
import type { Counters } from '../counts/stats.ts'
import { type Attendance, Waiter } from './waiter.ts'

/** Requests that may wait at once. More are refused at once rather than queued without bound. */
const maxWaiting = 10_000

/** After a refresh has failed, the source is left in peace for this time. */
const refreshPauseMs = 1_000

export interface WaitingRoomParts<Config, Agent> {
  readonly live: LiveTier<Config, Agent>
  readonly builder: AgentBuilder<Config, Agent>
  readonly view: InvalidationView
  readonly heartbeat: Fleet['heartbeat']
  readonly counters: Counters
  readonly events: Events
  readonly clock: Clock
  readonly liveScope: readonly KeyField[]
  readonly exclusive: boolean
  /** Configs are kept in a store. */
  readonly stored: boolean
}

/**
 * Where requests go that memory cannot serve this instant. There is one build per key; who asks while it runs joins it. Those
 * who find an exclusive agent in use queue for it. Leases are counted at the moment an agent is there, for all who wait:
 * there is no gap in which it could be evicted before they have it.
 */
export class WaitingRoom<Config, Agent> implements Attendance {
  readonly #parts: WaitingRoomParts<Config, Agent>
  readonly #flights: Flights<Config, Agent>
  #waiting = 0
  #closed = false

  constructor(parts: WaitingRoomParts<Config, Agent>) {
    this.#parts = parts
    this.#flights = new Flights(parts.liveScope)
  }

  get waiting(): number {
    return this.#waiting
  }

  get building(): number {
    return this.#flights.size
  }

  /** `key` has been checked. */
  enter({ agentId, userId, sessionId, reasoning }: AgentKey, options: AcquireOptions): Promise<Lease<Agent, Config>> {
    const since = performance.now()
    const { live, clock, heartbeat } = this.#parts
    heartbeat.start()
    const key = live.keyOf({ agentId, userId, sessionId, reasoning })
    const id = live.find(key) === undefined ? this.#flights.idOf(key) : undefined
    if (id !== undefined) this.#startEarly(id, key)
    return new Promise((resolve, reject) => {
      this.#waiting++
      const waiter = new Waiter<Agent, Config>(key, id, since, this, resolve, reject)
      waiter.limit(options, clock)
      this.#place(waiter)
    })
  }

  /** A waiter waits no longer. */
  left(failed: boolean): void {
    this.#waiting--
    if (failed) this.#parts.counters.failed++
  }

  /** While the store is on its way to answer, the rest of a request is prepared. */
  #startEarly(id: string, key: AgentKey): void {
    if (this.#closed || this.#waiting >= maxWaiting || this.#flights.isFull) return
    if (this.#flights.find(id) === undefined) this.#start(id, key, undefined, undefined)
  }

  /** `vouchedFor`: memory may serve, whatever the time: that has just been found out. */
  #place(waiter: Waiter<Agent, Config>, vouchedFor: boolean = false): void {
    if (waiter.settled) return
    if (this.#closed) return waiter.reject(new CacheClosedError())
    const { live: tier, clock } = this.#parts
    const live = tier.find(waiter.key)
    if (live === undefined) return this.#join(waiter, undefined)

    const now = clock.now()
    if (!vouchedFor && now >= tier.vouchedUntil) return this.#vouch(waiter)
    const standing = tier.standing(live, now)
    if (standing === 'idle') {
      tier.retire(live, standing)
      return this.#join(waiter, live.record)
    }
    // It stays if its config turns out to be the same: what it has opened need not be closed and opened again.
    if (standing === 'expired') return this.#join(waiter, live.record, live)
    if (standing === 'stale' && now >= live.refreshFrom) this.#refresh(live)
    if (this.#parts.exclusive && live.leases > 0) this.#queue(live, waiter)
    else this.#grantFromMemory(live, waiter)
  }

  /** Nothing is known of the invalidations of late: asks, before memory serves. */
  #vouch(waiter: Waiter<Agent, Config>): void {
    if (this.#refuseIfFull(waiter)) return
    waiter.waitingFor = 'news of invalidations from the store'
    waiter.among = undefined
    void this.#parts.heartbeat.ensure().then((vouchedFor) => {
      if (vouchedFor || this.#closed) this.#place(waiter, vouchedFor)
      else if (!waiter.settled) this.#join(waiter, this.#parts.live.find(waiter.key)?.record)
    })
  }

  /** `known`: a config this process has had for the key; `expired`: an agent that may stay if that is still its config. */
  #join(waiter: Waiter<Agent, Config>, known: ConfigRecord<Config> | undefined, expired?: LiveAgent<Config, Agent>): void {
    if (this.#refuseIfFull(waiter)) return
    const id = waiter.id ?? this.#flights.idOf(waiter.key)
    const open = this.#flights.find(id)
    if (open === undefined && this.#flights.isFull) return waiter.reject(new QueueFullError(maxFlying, 'builds are in progress'))
    const flight = open ?? this.#start(id, waiter.key, known, expired)
    flight.waiters.add(waiter)
    waiter.askedAt = this.#parts.view.stamp
    waiter.waitingFor = 'its build'
    waiter.among = flight.waiters
  }

  #refuseIfFull(waiter: Waiter<Agent, Config>): boolean {
    const full = this.#waiting > maxWaiting
    if (full) waiter.reject(new QueueFullError(maxWaiting))
    return full
  }

  #queue(live: LiveAgent<Config, Agent>, waiter: Waiter<Agent, Config>): void {
    if (this.#refuseIfFull(waiter)) return
    const place = {
      grant: () => this.#resolve(waiter, live, fromMemory),
      askAgain: () => this.#place(waiter),
    }
    waiter.waitingFor = 'its turn with an agent that serves one holder at a time'
    waiter.among = { delete: () => live.queue?.delete(place) }
    this.#parts.live.enqueue(live, place)
  }

  #grantFromMemory(live: LiveAgent<Config, Agent>, waiter: Waiter<Agent, Config>): void {
    this.#parts.live.checkOut(live)
    this.#resolve(waiter, live, fromMemory)
  }

  /** `live` has been checked out for the waiter. */
  #resolve(waiter: Waiter<Agent, Config>, live: LiveAgent<Config, Agent>, origin: Origin): void {
    const { counters, live: lessor } = this.#parts
    const totalMs = performance.now() - waiter.since
    counters.serve(origin, totalMs)
    waiter.resolve(new LiveLease(live, lessor, { ...origin, timings: { ...origin.timings, totalMs } }))
  }

  #refresh(live: LiveAgent<Config, Agent>): void {
    const id = this.#flights.idOf(live)
    if (this.#flights.find(id) === undefined && !this.#flights.isFull) this.#start(id, live, live.record, live)
  }

  #start(
    id: string,
    key: AgentKey,
    known: ConfigRecord<Config> | undefined,
    refreshes: LiveAgent<Config, Agent> | undefined,
  ): Flight<Config, Agent> {
    const { view, live, builder } = this.#parts
    const startedAt = view.stamp
    const built = builder.build(key, id, { fresh: refreshes !== undefined, known }, refreshes?.record.fingerprint)
    const flight: Flight<Config, Agent> = {
      id,
      key,
      startedAt,
      reason: refreshes === undefined ? live.takeDeparture(id) : 'expired',
      refreshes,
      waiters: new Set(),
    }
    this.#flights.open(flight)
    this.#flights.track(
      built.then(
        (landed) => this.#land(flight, landed),
        (error: unknown) => this.#fail(flight, error),
      ),
    )
    return flight
  }

  #fail(flight: Flight<Config, Agent>, error: unknown): void {
    this.#flights.close(flight)
    const { events, liveScope, clock } = this.#parts
    const key = projectKey(flight.key, liveScope)
    if (flight.refreshes !== undefined) flight.refreshes.refreshFrom = clock.now() + refreshPauseMs
    const inBackground = flight.refreshes !== undefined && flight.waiters.size === 0
    events.emit(inBackground ? 'refresh-failed' : 'build-failed', () => ({ key, error }))
    for (const waiter of flight.waiters) {
      // What failed may have read what has been invalidated since, before this one asked.
      if (waiter.askedAt === flight.startedAt) waiter.reject(error)
      else this.#place(waiter)
    }
  }

  #land(flight: Flight<Config, Agent>, built: Built<Config, Agent>): void {
    this.#flights.close(flight)
    if (built.made === undefined) this.#landUnchanged(flight, built)
    else this.#landNew(flight, built, built.made.agent)
  }

  #landUnchanged(flight: Flight<Config, Agent>, built: Built<Config, Agent>): void {
    const { counters, live: tier, view, exclusive } = this.#parts
    const { refreshes: live, waiters } = flight
    const { record, serveUntil } = built
    counters.created.unchanged++
    if (live?.state.phase === 'ready') {
      // It may depend on something now that it did not before, and that was invalidated meanwhile.
      if (view.isValid({ key: live, tags: record.tags, asOf: record.asOf })) tier.renew(live, record, serveUntil)
      else tier.retire(live, 'invalidated')
    }
    for (const waiter of waiters) {
      // If the agent has left meanwhile, the config is at hand, and theirs is a short way.
      if (live?.state.phase !== 'ready' || (exclusive && live.leases > 0)) {
        waiters.delete(waiter)
        this.#place(waiter)
      } else tier.checkOut(live)
    }
    if (live !== undefined) this.#hand(live, [...waiters], originOf(flight.reason, built), built)
  }

  /** Gives `live`, of which a lease has been counted for each of `waiters`, to those who may have it. */
  #hand(
    live: LiveAgent<Config, Agent>,
    waiters: readonly Waiter<Agent, Config>[],
    origin: BuiltOrigin,
    built: Built<Config, Agent>,
  ): void {
    const { live: tier } = this.#parts
    const handing = handOver(waiters, live, built, this.#parts, {
      grant: (waiter) => this.#resolve(waiter, live, origin),
      refuse: (waiter) => {
        tier.checkIn(live)
        this.#place(waiter)
      },
    })
    if (handing !== undefined) this.#flights.track(handing)
  }

  #landNew(flight: Flight<Config, Agent>, built: Built<Config, Agent>, agent: Agent): void {
    const { live: tier, view, exclusive, counters, events, liveScope } = this.#parts
    const { record, serveUntil } = built
    const live = liveAgentOf(built, agent, flight.key, tier.period(record, serveUntil), this.#parts)
    const valid = view.isValid({ key: flight.key, tags: record.tags, asOf: record.asOf })
    const origin = originOf(flight.reason, built)
    counters.created[built.source]++
    events.emit('created', () => createdOf(projectKey(flight.key, liveScope), built, origin))

    const others: Waiter<Agent, Config>[] = []
    for (const waiter of flight.waiters) {
      // What is invalid may still go to those who asked before it was.
      const mayHave = valid || waiter.askedAt === flight.startedAt
      if (mayHave && !(exclusive && live.leases > 0)) tier.checkOut(live)
      else {
        others.push(waiter)
        flight.waiters.delete(waiter)
      }
    }
    if (this.#closed) tier.turnAway(live, 'closed')
    else if (!valid) tier.turnAway(live, 'invalidated')
    else tier.admit(live)
    this.#hand(live, [...flight.waiters], origin, built)
    for (const waiter of others) this.#place(waiter)
  }

  /** As {@link Flights.detach}. */
  detach(applies: (key: AgentKey) => boolean): void {
    this.#flights.detach(applies)
  }

  /** Nobody new comes in, and those in a queue are refused; builds in progress go on for those who wait for them. */
  close(): void {
    this.#closed = true
  }

  /** Resolves when no build is in progress. */
  settled(): Promise<void> {
    return this.#flights.settled()
  }
}
