import { Claims } from '../build/claims.ts'
import { inTurn } from '../build/load-in-turn.ts'
import type { Clock } from '../clock.ts'
import type { StoreListener } from '../config/config-store.ts'
import { checkAdvance, checkChanges } from '../config/store-replies.ts'
import type { Events } from '../events.ts'
import type { Fleet } from '../fleet.ts'
import { Confirmations } from '../invalidation/confirmation.ts'
import { Heartbeat } from '../invalidation/heartbeat.ts'
import { type Invalidated, Invalidations } from '../invalidation/invalidations.ts'
import type { GuardedStore } from '../resilience/guarded-store.ts'
import { decodeMail, encodeMail } from '../worker-mail.ts'
import { Answers, type LateAnswer } from '../workers/answers.ts'
import { Asks } from '../workers/asks.ts'

export interface FleetOptions {
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
export function joinFleet(options: FleetOptions): Fleet & { readonly invalidations: Invalidations } {
  const { worker, store, clock, random, events, maxStalenessMs, whenUnsynced, servesForMs } = options
  const { live, onInvalidated, answer } = options
  const { connection } = store
  // Longer than the worker serves without asking: who says nothing for this long serves nothing old.
  const unheardMs = whenUnsynced === 'serve' && servesForMs !== undefined ? servesForMs : 0
  const presence = { worker, presentForMs: 2 * maxStalenessMs + 1_000 + unheardMs }
  let present = false
  let stopListening = () => {}

  const reported = () => (present ? presence : undefined)
  const invalidations = new Invalidations(
    crypto.randomUUID(),
    {
      sync: (seen) => store.inTime('what was invalidated', () => connection.sync(seen, reported()).then(checkChanges)),
      invalidate: (targets, seen) =>
        store.inTime('an invalidation', () => connection.invalidate(targets, seen).then(checkAdvance)),
    },
    clock,
    { onInvalidated, onComplete: () => heartbeat.complete() },
  )
  const confirmations = new Confirmations(worker, store, invalidations.view, clock, maxStalenessMs)
  const claims = new Claims(worker, store, clock)
  const listen = () => heartbeat.start()
  const asks = new Asks({ worker, store, view: invalidations.view, clock, maxStalenessMs, listen })
  const answers = answer && new Answers(worker, store, clock, answer)

  /** What cannot be caught up with now, the next heartbeat will. */
  const orLater = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => events.emit('store-error', () => ({ operation: 'read what was invalidated', error })))

  const listener: StoreListener = {
    onClock: (storeClock, step) => void orLater(invalidations.hear(storeClock, step)),
    onListening() {
      // Afresh: what is under way may have been asked before it listened.
      void orLater(invalidations.catchUpAfresh())
      claims.wake()
    },
    onMessage(text) {
      const mail = decodeMail(text)
      if (mail?.type === 'released') claims.wake(mail.id)
      else if (mail?.type === 'seen') confirmations.hear(mail)
      else if (mail?.type === 'report') void orLater(report(mail.from, { ...mail, floor: 0 }))
      else if (mail?.type === 'ask') void answers?.hear(mail)
      else if (mail?.type === 'answer') asks.hear(mail)
    },
  }

  async function report(to: string, goal: { history: string; clock: number; floor: number }): Promise<void> {
    await invalidations.hear(goal)
    const { history, clock: seen } = invalidations.view.stamp
    const mail = encodeMail({ type: 'seen', worker, history, clock: seen })
    await store.writeBehind('a message', () => connection.send(to, mail))
  }

  const heartbeat: Heartbeat = new Heartbeat(invalidations, {
    clock,
    random,
    maxStalenessMs,
    whenUnsynced,
    events,
    vouch: (until) => (live.vouchedUntil = until),
    declareDown: (down) => (store.down = down),
    onStart() {
      present = servesForMs !== undefined
      try {
        stopListening = connection.listen(worker, listener)
      } catch (error) {
        // Then the heartbeat is all there is.
        events.emit('store-error', () => ({ operation: 'listen', error }))
      }
    },
  })
  store.suspect = () => heartbeat.suspect()

  return {
    invalidations,
    heartbeat,
    confirmations,
    loadInTurn: inTurn(claims),
    asks,
    get health() {
      return store.health
    },
    async leave() {
      asks.close()
      heartbeat.stop()
      try {
        stopListening()
      } catch (error) {
        events.emit('store-error', () => ({ operation: 'stop listening', error }))
      }
      if (!present) return
      present = false
      // A look under way would sign it up again.
      await invalidations.settled()
      await orLater(
        store
          .inTime('that a worker leaves', () => connection.sync(invalidations.view.stamp, { worker, presentForMs: 0 }))
          .then(() => {}),
      )
    },
    close: () => store.close(),
  }
}
