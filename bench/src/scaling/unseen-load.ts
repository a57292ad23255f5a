/** Within so long comes what the commands of a sample stand for. ms. */
const spreadMs = 1_000

/**
 * Work of a server that is not simulated command by command: what the sampled commands stand for. It flows in evenly, shortly
 * after the command that it goes with, and is done whenever the server has nothing else to do, before what comes next.
 */
export class UnseenLoad {
  /** Not yet there, and there but not yet done; µs. */
  #coming = 0
  #waiting = 0
  #at = 0

  add(us: number, now: number): void {
    this.#flow(now)
    this.#coming += us
  }

  /** The server was idle until `now`. Returns how long what is waiting takes, ms. */
  afterIdle(now: number): number {
    const idleUs = (now - this.#at) * 1_000
    this.#flow(now)
    this.#waiting = Math.max(0, this.#waiting - idleUs)
    return this.#waiting / 1_000
  }

  /** The server was busy with other things until `now`. */
  afterBusy(now: number): void {
    this.#flow(now)
  }

  #flow(now: number): void {
    const arrived = this.#coming * -Math.expm1((this.#at - now) / spreadMs)
    this.#coming -= arrived
    this.#waiting += arrived
    this.#at = now
  }
}
