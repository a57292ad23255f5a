import {
  type Claim,
  type Claimed,
  type SeenClock,
  sealedPrefix,
  type StoreAdvance,
  type StoreChanges,
  type StoreConnection,
  type StoreEntry,
  type StoreListener,
  type WorkerList,
  type WorkerPresence,
} from '../config/config-store.ts'
import type { EntryNames } from './entry-names.ts'
import type { KeyRing } from './key-ring.ts'
import type { Place } from './seal.ts'

/** The target that names everything. */
const everything = '*'

/**
 * A namespace of which the store sees no more than it needs to keep it: sealed texts under names that tell nothing, the clock,
 * and who the workers are.
 */
export class SealedConnection implements StoreConnection {
  readonly #store: StoreConnection
  readonly #namespace: string
  readonly #ring: KeyRing
  readonly #names: EntryNames

  constructor(store: StoreConnection, namespace: string, ring: KeyRing, names: EntryNames) {
    this.#store = store
    this.#namespace = namespace
    this.#ring = ring
    this.#names = names
  }

  async read(id: string): ReturnType<StoreConnection['read']> {
    const place = this.#place('pointer', id)
    const [name, ...olderNames] = this.#names.of(place)
    let found = await this.#store.read(name)
    for (const older of olderNames) {
      if (found.pointer !== undefined) break
      found = await this.#store.read(older)
    }
    const { pointer, clock } = found
    return { pointer: pointer === undefined ? undefined : this.#open(pointer, place), clock }
  }

  async readBlob(fingerprint: string): Promise<string | undefined> {
    const place = this.#place('blob', fingerprint)
    for (const name of this.#names.of(place)) {
      const blob = await this.#store.readBlob(name)
      if (blob !== undefined) return this.#open(blob, place)
    }
    return undefined
  }

  /** What is not authentic goes up as what is no entry at all, so that it is refused there, and seen to be. */
  #open(sealed: string, place: Place): string {
    const { text, flaw } = this.#ring.open(sealed, place)
    if (text !== undefined) return text
    return flaw === 'unknown-key' ? sealedPrefix : ''
  }

  write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): Promise<void> {
    const [pointerPlace, blobPlace] = [this.#place('pointer', id), this.#place('blob', fingerprint)]
    return this.#store.write({
      id: this.#names.of(pointerPlace)[0],
      pointer: this.#ring.seal(pointer, pointerPlace),
      fingerprint: this.#names.of(blobPlace)[0],
      blob: this.#ring.seal(blob, blobPlace),
      ttlMs,
    })
  }

  async remove(id: string): Promise<void> {
    await Promise.all(this.#names.of(this.#place('pointer', id)).map((name) => this.#store.remove(name)))
  }

  invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance> {
    const place = this.#place('target')
    return this.#store.invalidate(
      targets.map((target) => this.#ring.seal(target, place)),
      seen,
    )
  }

  /** Sealed under two keys, a target is listed twice by the store. */
  async sync(seen: SeenClock, worker?: WorkerPresence): Promise<StoreChanges> {
    const { clock, targets } = await this.#store.sync(seen, worker)
    const opened = new Map<string, number>()
    for (const [sealed, invalidatedAt] of targets) {
      const target = this.#openTarget(sealed)
      const latest = Math.max(invalidatedAt, opened.get(target) ?? 0)
      opened.delete(target)
      opened.set(target, latest)
    }
    return { clock, targets: [...opened] }
  }

  /** To pass over what cannot be read would be to go on serving what it names. */
  #openTarget(sealed: string): string {
    return this.#ring.open(sealed, this.#place('target')).text ?? everything
  }

  workers(seen: SeenClock): Promise<WorkerList> {
    return this.#store.workers(seen)
  }

  async claim(id: string, claim: Claim): Promise<Claimed> {
    const place = this.#place('pointer', id)
    const [name, ...olderNames] = this.#names.of(place)
    const claimed = await this.#store.claim(name, claim)
    if (!claimed.granted || claimed.entry === undefined) return claimed
    const { pointer, clock } = claimed.entry
    if (pointer !== undefined) return { granted: true, entry: { pointer: this.#open(pointer, place), clock } }
    // It may be there under an older name.
    return olderNames.length > 0 ? { granted: true } : claimed
  }

  release(id: string, claimant: string): Promise<readonly string[]> {
    return this.#store.release(this.#names.of(this.#place('pointer', id))[0], claimant)
  }

  send(worker: string, message: string): Promise<void> {
    return this.#store.send(worker, this.#ring.seal(message, this.#place('mail', worker)))
  }

  listen(worker: string, listener: StoreListener): () => void {
    const place = this.#place('mail', worker)
    return this.#store.listen(worker, {
      onListening: () => listener.onListening(),
      onClock: (clock, step) => {
        if (step === undefined) return listener.onClock(clock)
        const targets = step.targets.map((target) => this.#openTarget(target))
        listener.onClock(clock, { previous: step.previous, targets })
      },
      onMessage: (sealed) => {
        const { text } = this.#ring.open(sealed, place)
        if (text !== undefined) listener.onMessage(text)
      },
    })
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  #place(kind: Place['kind'], of = ''): Place {
    return { namespace: this.#namespace, kind, of }
  }
}
