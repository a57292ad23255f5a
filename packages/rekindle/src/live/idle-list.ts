import type { LiveAgent } from './live-agent.ts'

/** The agents without a lease, from the longest idle to the latest. Linked through the agents: moving one allocates nothing. */
export class IdleList<Config, Agent> {
  #oldest: LiveAgent<Config, Agent> | undefined = undefined
  #youngest: LiveAgent<Config, Agent> | undefined = undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get oldest(): LiveAgent<Config, Agent> | undefined {
    return this.#oldest
  }

  /** `live` must not be in the list. */
  push(live: LiveAgent<Config, Agent>): void {
    live.older = this.#youngest
    if (this.#youngest === undefined) this.#oldest = live
    else this.#youngest.younger = live
    this.#youngest = live
    this.#size++
  }

  /** `live` must be in the list. */
  remove(live: LiveAgent<Config, Agent>): void {
    const { older, younger } = live
    if (older === undefined) this.#oldest = younger
    else older.younger = younger
    if (younger === undefined) this.#youngest = older
    else younger.older = older
    live.older = undefined
    live.younger = undefined
    this.#size--
  }
}
