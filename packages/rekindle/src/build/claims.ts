import type { Clock, Timer } from '../clock.ts'
import type { Claim, Claimed, SeenClock, StoreRead } from '../config/config-store.ts'
import { checkClaimed, checkWaiting } from '../config/store-replies.ts'
import type { GuardedStore, Patience } from '../resilience/guarded-store.ts'
import { encodeMail } from '../workers/worker-mail.ts'
import { hasEnded } from '../workers/worker-name.ts'

/** A claim lasts so long without being renewed: then its owner is taken to be dead. */
const claimMs = 3_000
const renewEveryMs = 500

/** For a store that says that a claim has no time left. */
const minWaitMs = 50

/** So often it is looked whether the owner's process has ended, if it is one of this machine: that needs no store. */
const lookEveryMs = 200

/** The right to build an entry while others wait. */
export interface HeldClaim {
  /** The building begins: from now on the claim is renewed. Who is still in a queue must not keep others for long. */
  begin(): void
  /** Lets go of it, and wakes those who wait. Calling it again does nothing. */
  release(): void
}

/** `undefined`: the store cannot say, so everybody builds for themselves. */
export type Turn =
  | {
      readonly held: HeldClaim
      readonly theirs?: undefined
      /** What is in the store, now that the claim is held, if it said so. */
      readonly entry: StoreRead | undefined
    }
  | { readonly held?: undefined; readonly theirs: TheirClaim }
  | undefined

type Outcome = 'released' | 'ended' | 'look-again'

interface TheirClaim {
  readonly claimant: string
  /** What they knew of invalidations when they began. */
  readonly asOf: SeenClock
  /** Resolves when they have let go or ended, or it is time to look again: word of them may be lost. */
  wait(withinMs: number): Promise<Outcome>
  /** Instead of waiting: what they build has been invalidated since. */
  leave(): 'superseded'
}

/**
 * One build per entry over all workers, by claims in the store. A claim only saves work: what is built twice all the same is
 * correct, too. So nothing here ever fails a request, and every wait ends.
 */
export class Claims {
  readonly #worker: string
  readonly #store: GuardedStore
  readonly #clock: Clock
  readonly #waiting = new Map<string, Set<(outcome: Outcome) => void>>()
  #claims = 0

  constructor(worker: string, store: GuardedStore, clock: Clock) {
    this.#worker = worker
    this.#store = store
    this.#clock = clock
  }

  /**
   * Claims `id` for a build of what is known `asOf`, or returns how to wait for who has it. `look`: what is in the store by then is of
   * interest. `instead` may be replaced.
   */
  async take(id: string, asOf: SeenClock, patience: Patience, look: boolean, instead?: string): Promise<Turn> {
    const claimant = `${this.#worker}/${++this.#claims}`
    // Listening before the store notes that somebody waits: the wake-up may come at once.
    const { woken, leave } = this.#listen(id)
    let inTime = true
    const ask = async () => {
      const answer = await this.#claim(id, { claimant, asOf, look, ...(instead !== undefined && { instead }) })
      // Nobody waits for it any more, so nobody would ever let go of it.
      if (!inTime && answer.granted) this.#release(id, claimant)
      return answer
    }
    const claimed = await this.#store.ask('a claim', ask, patience)
    inTime = claimed !== undefined
    if (claimed === undefined || claimed.granted) {
      leave()
      return claimed && { held: this.#hold(id, claimant, asOf), entry: claimed.entry }
    }
    const { claimant: holder, asOf: theirAsOf } = claimed
    // Not at once, whatever the store says: that would be to ask without end.
    const expiresInMs = claimed.expiresInMs > minWaitMs ? claimed.expiresInMs : minWaitMs
    const wait = (withinMs: number) => this.#wait(holder, woken, Math.min(expiresInMs, withinMs)).finally(leave)
    const leaveThem = () => {
      leave()
      return 'superseded' as const
    }
    return { theirs: { claimant: holder, asOf: theirAsOf, wait, leave: leaveThem } }
  }

  async #claim(id: string, claim: Omit<Claim, 'worker' | 'ttlMs'>): Promise<Claimed> {
    return checkClaimed(await this.#store.connection.claim(id, { ...claim, worker: this.#worker, ttlMs: claimMs }))
  }

  #hold(id: string, claimant: string, asOf: SeenClock): HeldClaim {
    let released = false
    let timer: Timer | undefined
    const renewLater = () => {
      timer = this.#clock.after(renewEveryMs, () => void renew())
    }
    const renew = async () => {
      const renewed = await this.#store.ask('a claim', () => this.#claim(id, { claimant, asOf }))
      // It may have come after the release, and made the claim anew.
      if (released) this.#release(id, claimant)
      // Not granted: taken over, as after a long standstill.
      else if (renewed?.granted !== false) renewLater()
    }
    return {
      begin: () => {
        if (!released && timer === undefined) renewLater()
      },
      release: () => {
        if (released) return
        released = true
        timer?.cancel()
        this.#release(id, claimant)
      },
    }
  }

  #release(id: string, claimant: string): void {
    void this.#store.writeBehind('the end of a claim', async (connection) => {
      const workers = checkWaiting(await connection.release(id, claimant))
      const others = workers.filter((worker) => worker !== this.#worker)
      if (others.length < workers.length) this.wake(id)
      if (others.length === 0) return
      const mail = encodeMail({ type: 'released', id })
      await Promise.all(others.map((worker) => connection.send(worker, mail)))
    })
  }

  /** Whoever waits for `id` looks again; without it, everybody: messages may have been missed. */
  wake(id?: string): void {
    const waiting = id === undefined ? [...this.#waiting.values()] : [this.#waiting.get(id) ?? []]
    for (const wakes of waiting) for (const wake of wakes) wake(id === undefined ? 'look-again' : 'released')
  }

  #listen(id: string): { woken: Promise<Outcome>; leave: () => void } {
    const { promise: woken, resolve } = Promise.withResolvers<Outcome>()
    const waiting = this.#waiting.get(id) ?? new Set<(outcome: Outcome) => void>()
    this.#waiting.set(id, waiting.add(resolve))
    const leave = () => {
      waiting.delete(resolve)
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
    }
    return { woken, leave }
  }

  async #wait(claimant: string, woken: Promise<Outcome>, ms: number): Promise<Outcome> {
    const until = this.#clock.now() + ms
    for (let left = ms; left > 0; left = until - this.#clock.now()) {
      const outcome = await this.#orAfter(woken, Math.min(left, lookEveryMs))
      if (outcome !== undefined) return outcome
      if (hasEnded(claimant.slice(0, claimant.lastIndexOf('/')))) return 'ended'
    }
    return 'look-again'
  }

  #orAfter(woken: Promise<Outcome>, ms: number): Promise<Outcome | undefined> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, () => resolve(undefined))
      void woken.then((outcome) => {
        timer.cancel()
        resolve(outcome)
      })
    })
  }
}
