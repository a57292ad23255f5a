import type { SeenClock, StoreAdvance, StoreClock } from '../src/config/config-store.ts'
import { type Invalidated, Invalidations } from '../src/invalidation/invalidations.ts'
import type { Stamp } from '../src/invalidation/stamp.ts'
import { matcherFor } from '../src/invalidation/target.ts'
import type { InvalidationView } from '../src/invalidation/view.ts'
import { MemoryNamespace } from '../src/testing/index.ts'

/**
 * The invalidation protocol in a world where everything that can go wrong does, one step at a time: requests to the store,
 * its replies and its messages are delayed, reordered, repeated and lost; the store forgets and fails over; workers die.
 *
 * Real: `Invalidations` and its view, and the reference store. Modelled, in a few lines each: what the config tier and the
 * memory tier do with them. There is one entry, with a key and a tag, made of a source whose `version` only grows.
 */
const key = { agentId: 'a' }
const tags = ['t']

/** What an editor may invalidate after changing the source, and something that is none of the entry's business. */
const targetsOfEntry = [['{"agentId":"a"}'], ['#"t"'], ['*'], ['#"x"', '#"t"']]
const targetsOfOthers = [['#"x"'], ['#"y"'], ['{"agentId":"b"}'], ['#"z"']]

interface Pointer {
  readonly version: number
  readonly asOf: SeenClock
}

/** Something under way: each step of it happens when the world says so, or fails. */
interface Pending {
  readonly worker: Worker | undefined
  go(): void
  lose(): void
}

interface LiveEntry {
  readonly version: number
  readonly asOf: Stamp
}

class Worker {
  readonly invalidations: Invalidations
  readonly world: ProtocolWorld
  live: LiveEntry | undefined = undefined

  constructor(world: ProtocolWorld, name: string) {
    this.world = world
    const now = () => world.now
    this.invalidations = new Invalidations(
      `before-${name}`,
      {
        sync: (seen) => world.ask(this, () => world.space.sync(seen)),
        invalidate: (targets, seen) => world.ask(this, () => world.invalidateInStore(targets, seen)),
      },
      { now, after: () => ({ cancel() {}, unref() {}, ref() {} }) },
      { onInvalidated: (invalidated) => this.#onInvalidated(invalidated), onComplete: () => {} },
    )
  }

  get view(): InvalidationView {
    return this.invalidations.view
  }

  #onInvalidated({ targets, stamp, floor }: Invalidated): void {
    if (this.live === undefined) return
    const { asOf } = this.live
    if (matcherFor(targets)(key, tags) || asOf.history !== stamp.history || asOf.clock < floor) this.live = undefined
  }

  /** As a build lands, or an agent is made from a stored config. */
  land(version: number, asOf: Stamp): void {
    if (this.view.isValid({ key, tags, asOf })) this.live = { version, asOf }
  }
}

export class ProtocolWorld {
  /** One tick per step; also the clock of all workers, and (slowly) that of the store. */
  now = 0
  space: MemoryNamespace
  pointer: Pointer | undefined = undefined
  readonly workers: Worker[]
  readonly pending: Pending[] = []
  readonly messages: { readonly to: Worker; readonly hear: () => Promise<void> }[] = []
  version = 1
  /** By step: the version that invalidations completed until then have made the oldest that may be used. */
  readonly #completed: [at: number, version: number][] = [[0, 0]]
  /** An earlier state of the store, as a replica may have it. */
  #replica: {
    readonly pointer: Pointer | undefined
    readonly clock: StoreClock | undefined
    readonly targets: Map<string, number>
  }
  readonly #checksServer: boolean
  readonly violations: string[] = []
  readonly seen = { configReads: 0, memoryHits: 0, completed: 0, gaps: 0 }
  #workers = 0

  /** `checksServer`: whether scripts notice that another server answers. Without it a failover can bring an old history back. */
  constructor({ workers, checksServer }: { readonly workers: number; readonly checksServer: boolean }) {
    let histories = 0
    this.space = new MemoryNamespace(
      () => Math.floor(this.now / 16) / 1000,
      () => `history-${++histories}`,
    )
    this.space.maxTargets = 3
    this.#checksServer = checksServer
    this.workers = Array.from({ length: workers }, () => this.#newWorker())
    this.#replica = this.#copy()
  }

  #newWorker(): Worker {
    return new Worker(this, String(this.#workers++))
  }

  /** The oldest version that a request may be given that began at `at`. */
  oldestAllowed(at: number): number {
    return this.#completed.findLast(([when]) => when <= at)?.[1] ?? 0
  }

  /** A call to the store: carried out at one step, answered at a later one; either may not happen. */
  ask<Answer>(worker: Worker, call: () => Answer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lose = () => reject(new Error('lost'))
      const request = {
        worker,
        lose,
        go: () => {
          const answer = call()
          this.pending.push({ worker, lose, go: () => resolve(answer) })
        },
      }
      this.pending.push(request)
    })
  }

  invalidateInStore(targets: readonly string[], seen: SeenClock): StoreAdvance {
    const { previous, clock } = this.space.invalidate(targets, seen)
    for (const to of this.workers) {
      this.messages.push({ to, hear: () => to.invalidations.hear(clock, { previous, targets }) })
    }
    return { previous, clock }
  }

  edit(worker: Worker, choice: number): void {
    const version = ++this.version
    const targets = targetsOfEntry[choice % targetsOfEntry.length]!
    worker.invalidations.invalidate(targets).then(
      () => {
        this.seen.completed++
        this.#completed.push([this.now, Math.max(version, this.#completed.at(-1)![1])])
      },
      () => {},
    )
  }

  invalidateOther(worker: Worker, choice: number): void {
    worker.invalidations.invalidate(targetsOfOthers[choice % targetsOfOthers.length]!).catch(() => {})
  }

  load(worker: Worker): void {
    const asOf = worker.view.stamp
    this.pending.push({
      worker,
      lose: () => {},
      go: () => {
        const { version } = this
        this.pending.push({
          worker,
          lose: () => {},
          go: () => {
            worker.land(version, asOf)
            // Written whether or not it has been overtaken: another worker's view may not know.
            this.pending.push({ worker: undefined, lose: () => {}, go: () => (this.pointer = { version, asOf }) })
          },
        })
      },
    })
  }

  read(worker: Worker): void {
    const { view } = worker
    const seen = view.stamp
    const allowed = this.oldestAllowed(this.now)
    const answer = this.ask(worker, () => ({ clock: this.space.clockNow(), pointer: this.pointer }))
    const judge = async () => {
      const { clock, pointer } = await answer
      if (view.isBehind(clock, seen)) await worker.invalidations.catchUpWith(clock, seen)
      if (pointer === undefined || !view.isValid({ key, tags, asOf: pointer.asOf })) return
      this.seen.configReads++
      if (pointer.version < allowed) this.violations.push(`config read gave version ${pointer.version}, not ${allowed}`)
      worker.land(pointer.version, view.stamp)
    }
    judge().catch(() => {})
  }

  /** A memory hit, vouched for since `completeAsOf`. */
  hit(worker: Worker): void {
    if (worker.live === undefined) return
    this.seen.memoryHits++
    const allowed = this.oldestAllowed(worker.invalidations.completeAsOf)
    const { version } = worker.live
    if (version < allowed) this.violations.push(`memory gave version ${version}, not ${allowed}`)
  }

  heartbeat(worker: Worker): void {
    worker.invalidations.catchUp().catch(() => {})
  }

  crash(worker: Worker): void {
    const at = this.workers.indexOf(worker)
    this.workers[at] = this.#newWorker()
    for (const list of [this.pending, this.messages]) {
      for (let index = list.length - 1; index >= 0; index--) {
        const item = list[index]!
        if (('to' in item ? item.to : item.worker) === worker) list.splice(index, 1)
      }
    }
  }

  flush(): void {
    this.pointer = undefined
    this.loseClock()
  }

  loseClock(): void {
    this.space.clock = undefined
  }

  replicate(): void {
    this.#replica = this.#copy()
  }

  #copy() {
    return { pointer: this.pointer, clock: this.space.clock, targets: new Map(this.space.targets) }
  }

  /** The replica takes over. What was not replicated is lost. */
  failOver(): void {
    const { pointer, clock, targets } = this.#replica
    this.pointer = pointer
    if (this.#checksServer) return this.loseClock()
    this.space.clock = clock
    this.space.targets.clear()
    for (const [target, at] of targets) this.space.targets.set(target, at)
  }
}
