import type { AgentKey } from '../agent-key.ts'
import type { ConfigRecord } from '../config/config-record.ts'
import type { RemovalCause } from '../reasons.ts'

/**
 * Where an agent is in its life. It only ever moves down this list:
 * - `building`: made, not yet to be found by anyone;
 * - `ready`: in the index; while it has no lease, in the idle list too;
 * - `retired`: out of the index, its leases still running;
 * - `disposed`: after its last lease.
 */
export type LiveState =
  | { readonly phase: 'building' }
  | { readonly phase: 'ready' }
  | { readonly phase: 'retired'; readonly cause: RemovalCause }
  | { readonly phase: 'disposed'; readonly cause: RemovalCause }

/** `used`: in the idle list, at the place of an earlier use. */
export type Place = typeof unlisted | typeof listed | typeof used
export const unlisted = 0
export const listed = 1
export const used = 2

const building: LiveState = { phase: 'building' }
/** One for all. */
export const ready: LiveState = { phase: 'ready' }

/**
 * Times are kept in whole ms since this: as small integers they lie in the agent itself, where each would otherwise be a number on the heap
 * of its own, to be fetched on a hit. (A process that has run for 24 days has larger ones, which work as well.)
 */
const epoch = Date.now()

/** Of a {@link RequestNotes}. */
export interface Noted {
  /** From then on the next request is noted. Wall clock, ms. */
  from: number
  /** Of its key, as each scope has it. */
  readonly liveHash: number
  readonly configHash: number
}

/** Someone in the queue for an agent that serves one holder at a time. */
export interface QueuedWaiter<Config, Agent> {
  /** The agent is theirs: its lease has been counted. */
  grant(live: LiveAgent<Config, Agent>): void
  /** It left memory before their turn. */
  askAgain(): void
}

/** How long an agent may serve. Wall clock, ms. */
export interface LivePeriod {
  readonly freshUntil: number
  readonly staleUntil: number
}

/** An agent in this process, and all that is known of it. Only {@link LiveTier} changes it. */
export class LiveAgent<Config, Agent> implements AgentKey {
  // In the order in which a memory hit reads them: the first ones share a cache line.
  /** Its key; fields out of the live scope are empty. Held here, not in an object of their own: look-ups compare them. */
  readonly sessionId: string
  readonly userId: string
  readonly agentId: string
  readonly reasoning: boolean | string
  readonly agent: Agent
  leases = 0
  /** In the idle list, or not. A number: to store one takes no bookkeeping of the heap's. */
  place: Place = unlisted
  #freshUntil: number
  #idleSince = 0
  state: LiveState = building
  nextInBucket: LiveAgent<Config, Agent> | undefined = undefined
  /** Neighbours in the idle list. */
  older: LiveAgent<Config, Agent> | undefined = undefined
  younger: LiveAgent<Config, Agent> | undefined = undefined
  record: ConfigRecord<Config>
  #staleUntil: number
  #createdAt: number
  /** From then on a refresh may be tried. */
  refreshFrom = 0
  queue: Set<QueuedWaiter<Config, Agent>> | undefined = undefined
  #retirement: AbortController | undefined = undefined
  /** What its weigher said, if there is one and it did. A whole number, as is the next. */
  bytes: number | undefined = undefined
  /** What making it took: the application's functions that would run again if it were dropped. */
  rebuildMs = 0
  source: 'config' | 'build' = 'build'
  /** What those who watch requests keep with it, if anybody does. */
  noted: Noted | undefined = undefined

  /** `now`: when it was made. Wall clock, ms, as all times here. */
  constructor(agent: Agent, key: AgentKey, record: ConfigRecord<Config>, { freshUntil, staleUntil }: LivePeriod, now: number) {
    this.agent = agent
    this.agentId = key.agentId
    this.userId = key.userId
    this.sessionId = key.sessionId
    this.reasoning = key.reasoning
    this.record = record
    this.#freshUntil = sinceEpoch(freshUntil)
    this.#staleUntil = sinceEpoch(staleUntil)
    this.#createdAt = sinceEpoch(now)
  }

  /** Until then it serves. */
  get freshUntil(): number {
    return this.#freshUntil + epoch
  }

  /** From {@link freshUntil} to this it serves while it is refreshed. */
  get staleUntil(): number {
    return this.#staleUntil + epoch
  }

  get createdAt(): number {
    return this.#createdAt + epoch
  }

  /** When its last lease ended, or it was last used without one. */
  get idleSince(): number {
    return this.#idleSince + epoch
  }

  set idleSince(now: number) {
    this.#idleSince = sinceEpoch(now)
  }

  serveFor({ freshUntil, staleUntil }: LivePeriod): void {
    this.#freshUntil = sinceEpoch(freshUntil)
    this.#staleUntil = sinceEpoch(staleUntil)
  }

  /** Fires when the agent leaves memory. Made when first asked for: most holders never do. */
  get retired(): AbortSignal {
    this.#retirement ??= new AbortController()
    if (this.state.phase === 'retired' || this.state.phase === 'disposed') this.#retirement.abort()
    return this.#retirement.signal
  }

  announceRetirement(): void {
    this.#retirement?.abort()
  }
}

function sinceEpoch(time: number): number {
  return Math.floor(time - epoch)
}
