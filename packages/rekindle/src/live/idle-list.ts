import { type LiveAgent, listed, unlisted } from './live-agent.ts'

/** A used agent is put in its place among so many of those used last; beyond them, order is not worth the search. */
const maxSearch = 8

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

  /** `live` has been used just now, and is not in the list. */
  push(live: LiveAgent<Config, Agent>): void {
    this.#insert(live, this.#youngest)
  }

  /** Moves an agent that has been used since it got its place. */
  moveUp(live: LiveAgent<Config, Agent>): void {
    this.remove(live)
    let before = this.#youngest
    for (let steps = 0; before !== undefined && before.idleSince > live.idleSince && steps < maxSearch; steps++)
      before = before.older
    this.#insert(live, before)
  }

  #insert(live: LiveAgent<Config, Agent>, before: LiveAgent<Config, Agent> | undefined): void {
    const after = before === undefined ? this.#oldest : before.younger
    live.older = before
    live.younger = after
    if (before === undefined) this.#oldest = live
    else before.younger = live
    if (after === undefined) this.#youngest = live
    else after.older = live
    live.place = listed
  }

  remove(live: LiveAgent<Config, Agent>): void {
    if (live.place === unlisted) return
    const { older, younger } = live
    if (older === undefined) this.#oldest = younger
    else older.younger = younger
    if (younger === undefined) this.#youngest = older
    else younger.older = older
    live.older = undefined
    live.younger = undefined
    live.place = unlisted
  }
}
