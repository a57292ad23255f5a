import type { ConfigRefusal, ConfigStore } from '../../src/index.ts'
import type { Sharing, StoreConnection } from '../../src/store/index.ts'
import type { StoreRead } from '../../src/config/config-store.ts'
import type { Tally } from './tally.ts'

/** Counts what a store is asked, and gives other answers if a test wants it so. */
export class CountingStore implements ConfigStore {
  readonly name = 'counting'
  readonly sharing: Sharing
  readonly #store: ConfigStore
  readonly #tally: Tally
  /** What is to come of looks into it. */
  expected: ConfigRefusal | 'used' = 'absent'
  tamper: ((pointer: string | undefined) => string | undefined) | undefined
  /** Instead of any config. */
  blob: string | undefined
  failing: 'no' | 'next read' | 'all' = 'no'
  /** The latest pointer that was written. */
  written = ''

  constructor(store: ConfigStore, tally: Tally) {
    this.#store = store
    this.sharing = store.sharing
    this.#tally = tally
  }

  connect(...given: Parameters<ConfigStore['connect']>): StoreConnection {
    const inner = this.#store.connect(...given)
    const call = <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
      if (this.failing !== 'all') return work()
      this.#tally.add('rekindle.store.calls', 'failed')
      return Promise.reject(new Error('the store is away'))
    }
    return {
      read: (id) => call(() => this.#read(inner, id)),
      readBlob: (fingerprint) => call(async () => this.blob ?? inner.readBlob(fingerprint)),
      write: (entry) => {
        this.written = entry.pointer
        this.#tally.add('rekindle.written.configs')
        this.#tally.add('rekindle.written.characters', 'config', entry.blob.length)
        this.#tally.add('rekindle.written.characters', 'pointer', entry.pointer.length)
        return call(() => inner.write(entry))
      },
      remove: (id) => call(() => inner.remove(id)),
      invalidate: (targets, seen) => call(() => inner.invalidate(targets, seen)),
      sync: (seen, worker) => call(() => inner.sync(seen, worker)),
      workers: (seen) => call(() => inner.workers(seen)),
      claim: (id, claim) => call(() => this.#claim(inner, id, claim)),
      release: (id, claimant) => call(() => inner.release(id, claimant)),
      send: (worker, message) => call(() => inner.send(worker, message)),
      listen: (worker, listener) => inner.listen(worker, listener),
      close: () => inner.close(),
    }
  }

  async #read(inner: StoreConnection, id: string): ReturnType<StoreConnection['read']> {
    this.#tally.add('rekindle.config.reads', this.expected)
    if (this.failing === 'next read') {
      this.failing = 'no'
      this.#tally.add('rekindle.store.calls', 'failed')
      throw new Error('this read failed')
    }
    return this.#tampered(await inner.read(id))
  }

  /** What it tells with a claim is a look, too. */
  async #claim(inner: StoreConnection, ...given: Parameters<StoreConnection['claim']>): ReturnType<StoreConnection['claim']> {
    const claimed = await inner.claim(...given)
    if (!claimed.granted || claimed.entry === undefined) return claimed
    this.#tally.add('rekindle.config.reads', this.expected)
    return { granted: true, entry: this.#tampered(claimed.entry) }
  }

  #tampered({ pointer, clock }: StoreRead): StoreRead {
    return { pointer: this.tamper === undefined ? pointer : this.tamper(pointer), clock }
  }
}
