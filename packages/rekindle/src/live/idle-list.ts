import type { LiveAgent } from './live-agent.ts'

/**
 * The agents without a lease, from the longest idle to the latest. Linked through the agents: moving one allocates nothing. An
 * agent that is taken stays in its place until somebody stumbles over it: most are given back before that.
 */
export class IdleList<Config, Agent> {
  #oldest: LiveAgent<Config, Agent> | undefined = undefined
  #youngest: LiveAgent<Config, Agent> | undefined = undefined

  get oldest(): LiveAgent<Config, Agent> | undefined {
    return this.#oldest
  }

  get youngest(): LiveAgent<Config, Agent> | undefined {
    return this.#youngest
  }

  /** `live` must not be in the list. */
  push(live: LiveAgent<Config, Agent>): void {
    live.older = this.#youngest
    if (this.#youngest === undefined) this.#oldest = live
    else this.#youngest.younger = live
    this.#youngest = live
    live.listed = true
  }

  remove(live: LiveAgent<Config, Agent>): void {
    if (!live.listed) return
    const { older, younger } = live
    if (older === undefined) this.#oldest = younger
    else older.younger = younger
    if (younger === undefined) this.#youngest = older
    else younger.older = older
    live.older = undefined
    live.younger = undefined
    live.listed = false
  }
}
