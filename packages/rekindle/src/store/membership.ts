import { Claims } from '../build/claims.ts'
import { inTurn, type LoadInTurn } from '../build/load-in-turn.ts'
import type { Clock } from '../clock.ts'
import type { SeenClock, StoreConnection } from '../config/config-store.ts'
import { checkAdvance, checkChanges } from '../config/store-replies.ts'
import type { Events } from '../events.ts'
import type { Fleet } from '../fleet.ts'
import { Confirmations } from '../invalidation/confirmation.ts'
import { Heartbeat } from '../invalidation/heartbeat.ts'
import { type InvalidationCalls, type Invalidated, Invalidations } from '../invalidation/invalidations.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import type { StoreHealth } from '../resilience/store-health.ts'
import { decodeMail, encodeMail } from '../workers/worker-mail.ts'
import { Answers, type LateAnswer } from '../workers/answers.ts'
import { Asks } from '../workers/asks.ts'

export interface MembershipOptions {
  /** The name of this worker. */
  readonly worker: string
  readonly store: GuardedStore
  readonly clock: Clock
  readonly random: () => number
  readonly events: Events
  readonly maxStalenessMs: number
  readonly whenUnsynced: 'serve' | 'rebuild'
  /**
   * For how long an agent in memory may be served if nothing is heard of the store. `undefined`: it serves none, and is no worker
   * that others wait for.
   */
  readonly servesForMs: number | undefined
  /** The memory tier of this worker. */
  readonly live: { vouchedUntil: number }
  readonly onInvalidated: (invalidated: Invalidated) => void
  /** What it answers others; `undefined`: nothing. */
  readonly answer: LateAnswer | undefined
}

/** Signs this worker up with the others that share its store, once it has something to serve or to ask. */
export class Membership implements Fleet {
  readonly invalidations: Invalidations
  readonly heartbeat: Heartbeat
  readonly confirmations: Confirmations
  readonly loadInTurn: LoadInTurn
  readonly asks: Asks
  readonly #store: GuardedStore
  readonly #connection: StoreConnection
  readonly #events: Events
  readonly #claims: Claims
  readonly #answers: Answers | undefined
  readonly #worker: string
  readonly #serves: boolean
  readonly #presentForMs: number
  /** Others may wait for it. */
  #present = false
  #stopListening = (): void => {}

  constructor(options: MembershipOptions) {
    const { worker, store, clock, events, maxStalenessMs, servesForMs, answer } = options
    this.#store = store
    this.#connection = store.connection
    this.#events = events
    this.#worker = worker
    this.#serves = servesForMs !== undefined
    // Longer than the worker serves without asking: who says nothing for this long serves nothing old.
    const unheardMs = options.whenUnsynced === 'serve' ? (servesForMs ?? 0) : 0
    this.#presentForMs = 2 * maxStalenessMs + 1_000 + unheardMs

    const parties = { onInvalidated: options.onInvalidated, onComplete: () => this.heartbeat.complete() }
    this.invalidations = new Invalidations(crypto.randomUUID(), this.#calls(), clock, parties)
    const { view } = this.invalidations
    this.heartbeat = this.#makeHeartbeat(options)
    this.confirmations = new Confirmations(worker, store, view, clock, maxStalenessMs)
    this.#claims = new Claims(worker, store, clock)
    this.loadInTurn = inTurn(this.#claims)
    const listen = () => this.heartbeat.start()
    this.asks = new Asks({ worker, store, view, clock, maxStalenessMs, listen })
    this.#answers = answer && new Answers(worker, store, clock, answer)
    store.suspect = () => this.heartbeat.suspect()
  }

  get health(): StoreHealth {
    return this.#store.health
  }

  #calls(): InvalidationCalls {
    const presence = { worker: this.#worker, presentForMs: this.#presentForMs }
    const sync = (seen: SeenClock) => this.#connection.sync(seen, this.#present ? presence : undefined).then(checkChanges)
    const invalidate = (targets: readonly string[], seen: SeenClock) =>
      this.#connection.invalidate(targets, seen).then(checkAdvance)
    return {
      sync: (seen) => this.#store.inTime('what was invalidated', () => sync(seen)),
      invalidate: (targets, seen) => this.#store.inTime('an invalidation', () => invalidate(targets, seen)),
    }
  }

  #makeHeartbeat({ clock, random, maxStalenessMs, whenUnsynced, events, live }: MembershipOptions): Heartbeat {
    return new Heartbeat(this.invalidations, {
      clock,
      random,
      maxStalenessMs,
      whenUnsynced,
      events,
      vouch: (until) => (live.vouchedUntil = until),
      declareDown: (down) => (this.#store.down = down),
      onStart: () => this.#listen(),
    })
  }

  #listen(): void {
    this.#present = this.#serves
    try {
      this.#stopListening = this.#connection.listen(this.#worker, {
        onClock: (storeClock, step) => void this.#orLater(this.invalidations.hear(storeClock, step)),
        onListening: () => {
          // Afresh: what is under way may have been asked before it listened.
          void this.#orLater(this.invalidations.catchUpAfresh())
          this.#claims.wake()
        },
        onMessage: (text) => this.#receive(text),
      })
    } catch (error) {
      // Then the heartbeat is all there is.
      this.#events.emit('store-error', () => ({ operation: 'listen', error }))
    }
  }

  #receive(text: string): void {
    const mail = decodeMail(text)
    if (mail?.type === 'released') this.#claims.wake(mail.id)
    else if (mail?.type === 'seen') this.confirmations.hear(mail)
    else if (mail?.type === 'report') void this.#orLater(this.#report(mail.from, mail))
    else if (mail?.type === 'ask') void this.#answers?.hear(mail)
    else if (mail?.type === 'answer') this.asks.hear(mail)
  }

  /** Tells `to` once this worker has seen `goal`. */
  async #report(to: string, goal: SeenClock): Promise<void> {
    await this.invalidations.hear({ ...goal, floor: 0 })
    const { history, clock } = this.invalidations.view.stamp
    const mail = encodeMail({ type: 'seen', worker: this.#worker, history, clock })
    await this.#store.writeBehind('a message', () => this.#connection.send(to, mail))
  }

  /** What cannot be caught up with now, the next heartbeat will. */
  #orLater(work: Promise<void>): Promise<void> {
    const report = (error: unknown) => this.#events.emit('store-error', () => ({ operation: 'read what was invalidated', error }))
    return work.catch(report)
  }

  async leave(): Promise<void> {
    this.asks.close()
    this.heartbeat.stop()
    try {
      this.#stopListening()
    } catch (error) {
      this.#events.emit('store-error', () => ({ operation: 'stop listening', error }))
    }
    if (!this.#present) return
    this.#present = false
    // A look under way would sign it up again.
    await this.invalidations.settled()
    const absence = { worker: this.#worker, presentForMs: 0 }
    const signOff = () => this.#connection.sync(this.invalidations.view.stamp, absence)
    await this.#orLater(this.#store.inTime('that a worker leaves', signOff).then(() => {}))
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}
