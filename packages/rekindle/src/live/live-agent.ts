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

const building: LiveState = { phase: 'building' }

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
  readonly userId: string
  readonly agentId: string
  readonly reasoning: boolean | string
  /** Until then it serves. */
  freshUntil: number
  leases = 0
  /** When its last lease ended. */
  idleSince: number = -Infinity
  readonly agent: Agent
  state: LiveState = building
  /** Whether it is in the idle list. */
  listed = false
  nextInBucket: LiveAgent<Config, Agent> | undefined = undefined
  /** Neighbours in the idle list. */
  older: LiveAgent<Config, Agent> | undefined = undefined
  younger: LiveAgent<Config, Agent> | undefined = undefined
  readonly sessionId: string
  record: ConfigRecord<Config>
  /** From `freshUntil` to this it serves while it is refreshed. */
  staleUntil: number
  /** From then on a refresh may be tried. */
  refreshFrom = 0
  queue: Set<QueuedWaiter<Config, Agent>> | undefined = undefined
  #retirement: AbortController | undefined = undefined
  /** What its weigher said, if there is one and it did. A whole number, as is the next. */
  bytes: number | undefined = undefined
  /** What making it took: the application's functions that would run again if it were dropped. */
  rebuildMs = 0
  source: 'config' | 'build' = 'build'
  /** From then on the next request for it is noted, if anybody watches. */
  noteFrom: number = -Infinity
  /** Of its key, as each scope has it; made when first needed. */
  hashes: { readonly liveHash: number; readonly configHash: number } | undefined = undefined
  /** When it was made. Wall clock, ms. */
  createdAt: number = -Infinity

  constructor(agent: Agent, key: AgentKey, record: ConfigRecord<Config>, { freshUntil, staleUntil }: LivePeriod) {
    this.agent = agent
    this.agentId = key.agentId
    this.userId = key.userId
    this.sessionId = key.sessionId
    this.reasoning = key.reasoning
    this.record = record
    this.freshUntil = freshUntil
    this.staleUntil = staleUntil
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
