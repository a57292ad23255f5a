import type { MissReason } from '../reasons.ts'
import type { LiveAgent } from './live-agent.ts'

/** What each phase took, in milliseconds. A phase that did not take place is absent; a memory hit has none. */
export interface LeaseTimings {
  /** From asking to holding, waiting included. */
  readonly totalMs?: number
  /** Asking the store for the config. */
  readonly storeMs?: number
  /** `loadConfig` or `buildAgent`, with its wait for a free place among `maxConcurrentBuilds`. */
  readonly loadMs?: number
  /** `createAgent` or `rebuildAgent`. */
  readonly createMs?: number
}

/** The right to use an agent. While one lease on it lasts, the agent is not disposed. */
export interface Lease<Agent, Config> extends AsyncDisposable, Disposable {
  readonly agent: Agent
  /** Which tier served it. */
  readonly source: 'memory' | 'config' | 'build'
  /** Why it was not in memory; `undefined` if it was. */
  readonly reason: MissReason | undefined
  /** Content hash of the agent's config: the agent's version. `undefined` if the config cannot be serialised. */
  readonly fingerprint: string | undefined
  /** The config it was made from, frozen. */
  readonly config: Config
  /** Fires when this agent has been superseded: the next `acquire` gets another. It stays usable until the lease ends. */
  readonly retired: AbortSignal
  readonly timings: LeaseTimings
  /** Ends the lease; the same as leaving its `using` block. Doing so again does nothing. */
  release(): void
}

/** How a lease came about. */
export interface Origin {
  readonly source: 'memory' | 'config' | 'build'
  readonly reason: MissReason | undefined
  readonly timings: LeaseTimings
}

export const fromMemory: Origin = { source: 'memory', reason: undefined, timings: {} }

/** Where leases are returned to. */
export interface Lessor<Config, Agent> {
  checkIn(live: LiveAgent<Config, Agent>): void
}

export class LiveLease<Agent, Config> implements Lease<Agent, Config> {
  readonly agent: Agent
  readonly #live: LiveAgent<Config, Agent>
  readonly #lessor: Lessor<Config, Agent>
  readonly #origin: Origin
  #released = false

  /** `live` has been checked out for this lease. */
  constructor(live: LiveAgent<Config, Agent>, lessor: Lessor<Config, Agent>, origin: Origin) {
    this.agent = live.agent
    this.#live = live
    this.#lessor = lessor
    this.#origin = origin
  }

  get source(): 'memory' | 'config' | 'build' {
    return this.#origin.source
  }

  get reason(): MissReason | undefined {
    return this.#origin.reason
  }

  get timings(): LeaseTimings {
    return this.#origin.timings
  }

  get fingerprint(): string | undefined {
    return this.#live.record.fingerprint
  }

  get config(): Config {
    return this.#live.record.config
  }

  get retired(): AbortSignal {
    return this.#live.retired
  }

  release(): void {
    if (this.#released) return
    this.#released = true
    this.#lessor.checkIn(this.#live)
  }

  [Symbol.dispose](): void {
    this.release()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release()
  }
}
