import { type AgentKey, encodeKey, type KeyField, projectKey } from '../agent-key.ts'
import type { Stamp } from '../invalidation/stamp.ts'
import type { LiveAgent } from '../live/live-agent.ts'
import type { RemovalCause } from '../reasons.ts'
import type { Waiter } from './waiter.ts'

/** Builds in progress, those for which nobody waits any more included. Beyond this, requests that need one more are refused. */
export const maxFlying = 10_000

/** A build in progress, and who waits for it. */
export interface Flight<Config, Agent> {
  readonly id: string
  readonly key: AgentKey
  /** What this process knew of invalidations when it began. */
  readonly startedAt: Stamp
  readonly reason: RemovalCause | 'cold'
  /** The agent to be replaced, or found unchanged: this is a refresh. */
  readonly refreshes: LiveAgent<Config, Agent> | undefined
  readonly waiters: Set<Waiter<Agent, Config>>
}

/** The builds in progress. Of those that may be joined there is one per key. */
export class Flights<Config, Agent> {
  readonly #liveScope: readonly KeyField[]
  readonly #open = new Map<string, Flight<Config, Agent>>()
  /** Detached ones included. */
  #flying = 0
  #onLanded: (() => void)[] = []

  constructor(liveScope: readonly KeyField[]) {
    this.#liveScope = liveScope
  }

  get size(): number {
    return this.#flying
  }

  get isFull(): boolean {
    return this.#flying >= maxFlying
  }

  idOf(key: AgentKey): string {
    return encodeKey(projectKey(key, this.#liveScope))
  }

  /** The one that may be joined. */
  find(id: string): Flight<Config, Agent> | undefined {
    return this.#open.get(id)
  }

  /** From now on it is found, until it has landed or is detached. */
  open(flight: Flight<Config, Agent>): void {
    this.#open.set(flight.id, flight)
  }

  /** Nobody joins it any more. */
  close(flight: Flight<Config, Agent>): void {
    if (this.#open.get(flight.id) === flight) this.#open.delete(flight.id)
  }

  /** `work`, which never rejects, is part of a build: {@link settled} waits for it. */
  track(work: Promise<void>): void {
    this.#flying++
    void work.finally(this.#landed)
  }

  readonly #landed = (): void => {
    if (--this.#flying === 0) for (const call of this.#onLanded.splice(0)) call()
  }

  /**
   * Nobody who asks from now on joins the builds that this applies to. They are finished for those who wait; whether their
   * agents may serve others is decided by what they were made from.
   */
  detach(applies: (key: AgentKey) => boolean): void {
    for (const { id, key } of this.#open.values()) if (applies(key)) this.#open.delete(id)
  }

  /** Resolves when no build is in progress. */
  async settled(): Promise<void> {
    while (this.#flying > 0) await new Promise<void>((resolve) => this.#onLanded.push(resolve))
  }
}
