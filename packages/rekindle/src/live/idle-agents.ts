import type { Clock } from '../clock.ts'
import type { StaleWindows } from '../config/freshness.ts'
import type { RemovalCause } from '../reasons.ts'
import type { CacheSettings } from '../settings.ts'
import { IdleList } from './idle-list.ts'
import { type LiveAgent, unlisted, used } from './live-agent.ts'
import type { costliest } from './pressure/costliest.ts'
import { Sweeper } from './sweeper.ts'

export interface IdleAgentsOptions extends StaleWindows {
  readonly settings: CacheSettings
  readonly clock: Clock
}

/** Where the agents live. */
export interface Home<Config, Agent> {
  /** Of all agents, those in use included. */
  readonly size: number
  /** Takes an agent out. It is told to {@link IdleAgents.remove} then. */
  retire(live: LiveAgent<Config, Agent>, cause: RemovalCause): void
}

/**
 * The agents that nobody holds, and when they go: for want of room, when their time is over, or for want of memory. Those in use
 * never do: one that is found in the list with a lease is left alone.
 */
export class IdleAgents<Config, Agent> {
  readonly #options: IdleAgentsOptions
  readonly #home: Home<Config, Agent>
  readonly #list = new IdleList<Config, Agent>()
  readonly #sweeper: Sweeper

  constructor(options: IdleAgentsOptions, home: Home<Config, Agent>) {
    this.#options = options
    this.#home = home
    this.#sweeper = new Sweeper(options.clock, (now) => this.#sweep(now))
  }

  /**
   * An agent has no lease any more, or has been used without one. In the list it stays where it is: who looks for the oldest moves it
   * up (second chance: Corbató, A Paging Experiment with the Multics System, 1968), so a hit touches no agent but its own.
   */
  rest(live: LiveAgent<Config, Agent>, now: number): void {
    live.idleSince = now
    if (live.place !== unlisted) {
      live.place = used
      return
    }
    this.#list.push(live)
    this.#sweeper.expect(this.#dueAt(live))
  }

  remove(live: LiveAgent<Config, Agent>): void {
    this.#list.remove(live)
  }

  /** The ones idle for longest go, down to `maxAgents`. */
  evict(): void {
    for (let oldest = this.#list.oldest; oldest !== undefined; oldest = this.#list.oldest) {
      if (this.#home.size <= this.#options.settings.maxAgents) return
      if (oldest.leases > 0) this.#list.remove(oldest)
      else if (oldest.place === used) this.#list.moveUp(oldest)
      else this.#home.retire(oldest, 'evicted')
    }
  }

  /** For want of memory, a few go: those that `choose` says. Returns how many. */
  drop(choose: typeof costliest): number {
    const idle: LiveAgent<Config, Agent>[] = []
    for (let live = this.#list.oldest; live !== undefined; live = live.younger) if (live.leases === 0) idle.push(live)
    const going = choose(idle, this.#home.size, this.#options.clock.now())
    return going.filter((live) => this.#retireIdle(live, 'pressure')).length
  }

  /** Retires what is due. Returns when the next will be. */
  #sweep(now: number): number {
    let next = Infinity
    const due: LiveAgent<Config, Agent>[] = []
    for (let live = this.#list.oldest; live !== undefined;) {
      const { younger } = live
      const dueAt = this.#dueAt(live)
      if (live.leases > 0) this.#list.remove(live)
      else if (now >= dueAt) due.push(live)
      else next = Math.min(next, dueAt)
      live = younger
    }
    for (const live of due) this.#retireIdle(live, now - live.idleSince >= this.#options.settings.idleMs ? 'idle' : 'expired')
    return next
  }

  /** Not while the list is gone through: who hears of one that leaves may change the list, and may have taken another. */
  #retireIdle(live: LiveAgent<Config, Agent>, cause: RemovalCause): boolean {
    if (live.leases > 0 || live.state.phase !== 'ready') return false
    this.#home.retire(live, cause)
    return true
  }

  /** When an idle agent is of no more use: not even its config, as a stand-in while loading fails. */
  #dueAt(live: LiveAgent<Config, Agent>): number {
    const { staleIfErrorMs, settings } = this.#options
    const standInUntil = staleIfErrorMs === 0 ? 0 : live.record.freshUntil + staleIfErrorMs
    return Math.min(live.idleSince + settings.idleMs, Math.max(live.staleUntil, standInUntil))
  }

  /** Those used last, the latest first. */
  latest(limit: number): LiveAgent<Config, Agent>[] {
    const found: LiveAgent<Config, Agent>[] = []
    const cut = () => void found.sort((one, other) => other.idleSince - one.idleSince).splice(limit)
    for (let live = this.#list.youngest; live !== undefined; live = live.older) {
      if (live.leases === 0 && found.push(live) > 2 * limit) cut()
    }
    cut()
    return found
  }

  stop(): void {
    this.#sweeper.stop()
  }
}
