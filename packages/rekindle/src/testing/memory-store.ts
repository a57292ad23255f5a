import type { Clock } from '../clock.ts'
import type {
  Claim,
  Claimed,
  SeenClock,
  StoreAdvance,
  StoreChanges,
  StoreClock,
  StoreConnection,
  StoreEntry,
  StoreListener,
  StoreRead,
  WorkerList,
  WorkerPresence,
  WorkerReport,
} from '../config/config-store.ts'
import type { ConfigStore } from '../store/config-store.ts'
import { type Sharing, sharing } from '../store/sharing.ts'

/**
 * A whole {@link ConfigStore} in this process: the reference that real stores are compared with, and a store that tests can
 * break in any way they like. `clock` is that by which entries expire; default: the system's.
 */
export class MemoryStore implements ConfigStore {
  readonly name = 'memory'
  readonly sharing: Sharing = sharing
  readonly #now: () => number
  readonly #namespaces = new Map<string, MemoryNamespace>()
  #histories = 0

  constructor({ clock = Date }: { readonly clock?: Pick<Clock, 'now'> } = {}) {
    this.#now = () => clock.now()
  }

  /** The data that all connections to `namespace` share. */
  namespace(namespace: string): MemoryNamespace {
    const known = this.#namespaces.get(namespace) ?? new MemoryNamespace(this.#now, () => `history-${++this.#histories}`)
    this.#namespaces.set(namespace, known)
    return known
  }

  connect(namespace: string): StoreConnection {
    return connectionTo(this.namespace(namespace))
  }
}

interface Expiring<Value> {
  readonly value: Value
  readonly expiresAt: number
}

interface MemoryClaim {
  readonly claimant: string
  readonly asOf: SeenClock
  readonly waiting: Set<string>
}

/** One namespace of a {@link MemoryStore}; each call is an atomic step. */
export class MemoryNamespace {
  readonly #now: () => number
  readonly #newHistory: () => string
  readonly pointers: Map<string, Expiring<string>> = new Map()
  readonly blobs: Map<string, Expiring<string>> = new Map()
  readonly claims: Map<string, Expiring<MemoryClaim>> = new Map()
  #presentSince: number | undefined = undefined
  readonly present: Map<string, Expiring<WorkerReport>> = new Map()
  readonly listeners: Map<string, Set<StoreListener>> = new Map()
  /** `undefined`: lost, or never made. */
  clock: StoreClock | undefined = undefined
  readonly targets: Map<string, number> = new Map()
  /** How many targets are remembered. */
  maxTargets = 20_000

  constructor(now: () => number, newHistory: () => string) {
    this.#now = now
    this.#newHistory = newHistory
  }

  clockNow(seen?: SeenClock): StoreClock {
    const { clock } = this
    const hasLost = clock !== undefined && clock.history === seen?.history && clock.clock < seen.clock
    if (clock !== undefined && !hasLost) return clock
    this.targets.clear()
    this.present.clear()
    this.#presentSince = undefined
    this.clock = { history: this.#newHistory(), clock: Math.round(this.#now() * 1000), floor: 0 }
    return this.clock
  }

  invalidate(targets: readonly string[], seen?: SeenClock): StoreAdvance {
    const { history, clock: previous, floor: lower } = this.clockNow(seen)
    const clock = Math.max(previous + 1, Math.round(this.#now() * 1000))
    for (const target of targets) {
      this.targets.delete(target)
      this.targets.set(target, clock)
    }
    let floor = lower
    for (const [target, invalidatedAt] of this.targets) {
      if (this.targets.size <= this.maxTargets && invalidatedAt > floor) break
      floor = Math.max(floor, invalidatedAt)
      this.targets.delete(target)
    }
    this.clock = { history, clock, floor }
    return { previous, clock: this.clock }
  }

  sync(seen: SeenClock, presence?: WorkerPresence): StoreChanges {
    const clock = this.clockNow(seen)
    if (presence !== undefined) this.#presentSince ??= this.#now()
    if (presence?.presentForMs === 0) this.present.delete(presence.worker)
    else if (presence !== undefined) {
      const expiresAt = this.#now() + presence.presentForMs
      this.present.set(presence.worker, { value: { worker: presence.worker, ...seen }, expiresAt })
    }
    const since = seen.history === clock.history ? seen.clock : 0
    return { clock, targets: [...this.targets].filter(([, invalidatedAt]) => invalidatedAt > since) }
  }

  workers(seen: SeenClock): WorkerList {
    this.clockNow(seen)
    const keptForMs = this.#now() - (this.#presentSince ??= this.#now())
    return { reports: [...this.present.keys()].flatMap((worker) => this.live(this.present, worker) ?? []), keptForMs }
  }

  claim(id: string, { claimant, worker, ttlMs, asOf, instead }: Claim): Claimed {
    const held = this.live(this.claims, id)
    if (held === undefined || held.claimant === claimant || held.claimant === instead) {
      const waiting = held?.waiting ?? new Set<string>()
      this.claims.set(id, { value: { claimant, asOf, waiting }, expiresAt: this.#now() + ttlMs })
      return { granted: true }
    }
    held.waiting.add(worker)
    return {
      granted: false,
      claimant: held.claimant,
      asOf: held.asOf,
      expiresInMs: this.claims.get(id)!.expiresAt - this.#now(),
    }
  }

  release(id: string, claimant: string): readonly string[] {
    const held = this.claims.get(id)
    if (held?.value.claimant !== claimant) return []
    this.claims.delete(id)
    return [...held.value.waiting]
  }

  read(id: string): StoreRead {
    return { clock: this.clockNow(), pointer: this.live(this.pointers, id) }
  }

  write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): void {
    const expiresAt = this.#now() + ttlMs
    this.blobs.set(fingerprint, { value: blob, expiresAt })
    this.pointers.set(id, { value: pointer, expiresAt })
  }

  /** What is there and has not expired. */
  live<Value>(of: ReadonlyMap<string, Expiring<Value>>, id: string): Value | undefined {
    const found = of.get(id)
    return found !== undefined && found.expiresAt > this.#now() ? found.value : undefined
  }
}

function connectionTo(space: MemoryNamespace): StoreConnection {
  const closers = new Set<() => void>()
  const later = (call: () => void) => void setImmediate(call)
  return {
    read: async (id) => space.read(id),
    readBlob: async (fingerprint) => space.live(space.blobs, fingerprint),
    write: async (entry) => space.write(entry),
    remove: async (id) => void space.pointers.delete(id),
    async invalidate(targets, seen) {
      const advance = space.invalidate(targets, seen)
      for (const listener of [...space.listeners.values()].flatMap((of) => [...of])) {
        later(() => listener.onClock(advance.clock, { previous: advance.previous, targets }))
      }
      return advance
    },
    sync: async (seen, presence) => space.sync(seen, presence),
    workers: async (seen) => space.workers(seen),
    claim: async (id, claim) => {
      const claimed = space.claim(id, claim)
      return claimed.granted && claim.look === true ? { granted: true, entry: space.read(id) } : claimed
    },
    release: async (id, claimant) => space.release(id, claimant),
    async send(worker, message) {
      for (const listener of space.listeners.get(worker) ?? []) later(() => listener.onMessage(message))
    },
    listen(worker, listener) {
      const listeners = space.listeners.get(worker) ?? new Set()
      space.listeners.set(worker, listeners.add(listener))
      later(() => listener.onListening())
      const close = () => {
        closers.delete(close)
        listeners.delete(listener)
        if (listeners.size === 0) space.listeners.delete(worker)
      }
      closers.add(close)
      return close
    },
    async close() {
      for (const close of closers) close()
    },
  }
}
