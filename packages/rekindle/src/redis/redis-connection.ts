import { randomUUID } from 'node:crypto'
import type { StoreChanges, StoreClock, StoreConnection, StoreEntry } from '../config/config-store.ts'
import { BatchedReads } from './batched-reads.ts'
import type { RedisCommands } from './redis-commands.ts'
import { changes, invalidate } from './scripts.generated.ts'

/** In one command: pointers have some 300 bytes, blobs up to a megabyte. */
const maxPointers = 512
const maxBlobs = 32

/**
 * A namespace in Redis. Keys, all under `rekindle:`:
 * - `<namespace>:p:<id>`: pointers; `<namespace>:b:<fingerprint>`: configs; spread over a cluster's slots;
 * - `{<namespace>}:clock`, `{<namespace>}:targets`: the invalidation clock, in one slot.
 */
export class RedisConnection implements StoreConnection {
  readonly #commands: RedisCommands
  readonly #prefix: string
  readonly #clockKeys: readonly [clock: string, targets: string]
  readonly #pointers: BatchedReads<PointerRead>
  readonly #blobs: BatchedReads<string | null>

  constructor(commands: RedisCommands, namespace: string) {
    this.#commands = commands
    this.#prefix = `rekindle:${namespace}`
    this.#clockKeys = [`rekindle:{${namespace}}:clock`, `rekindle:{${namespace}}:targets`]
    this.#pointers = new BatchedReads(maxPointers, (keys) => this.#readPointers(keys))
    this.#blobs = new BatchedReads(maxBlobs, (keys) => commands.mget(keys))
  }

  read(id: string): Promise<PointerRead> {
    return this.#pointers.read(this.#pointerKey(id))
  }

  async #readPointers(keys: readonly string[]): Promise<readonly PointerRead[]> {
    const [record, ...pointers] = await this.#commands.mget([this.#clockKeys[0], ...keys])
    const clock = parseClock(record)
    if (clock !== undefined) return pointers.map((pointer) => ({ pointer: pointer ?? undefined, clock }))
    // Without a clock no entry can be judged: the one that is made now begins a new history.
    const begun = (await this.changesSince(0)).clock
    return keys.map(() => ({ pointer: undefined, clock: begun }))
  }

  async readBlob(fingerprint: string): Promise<string | undefined> {
    return (await this.#blobs.read(this.#blobKey(fingerprint))) ?? undefined
  }

  async write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): Promise<void> {
    const entries = [[this.#blobKey(fingerprint), blob] as const, [this.#pointerKey(id), pointer] as const]
    await this.#commands.setBoth(entries, ttlMs)
  }

  async remove(id: string): Promise<void> {
    await this.#commands.del(this.#pointerKey(id))
  }

  async invalidate(targets: readonly string[]): Promise<{ previous: number; clock: StoreClock }> {
    const reply = await this.#commands.run(invalidate, this.#clockKeys, [randomUUID(), ...targets])
    const [history, previous, clock, floor] = reply as [string, string, string, string]
    return { previous: Number(previous), clock: { history, clock: Number(clock), floor: Number(floor) } }
  }

  async changesSince(since: number): Promise<StoreChanges> {
    const reply = await this.#commands.run(changes, this.#clockKeys, [randomUUID(), String(since)])
    const [history, clock, floor, flat] = reply as [string, string, string, string[]]
    const targets: (readonly [string, number])[] = []
    for (let at = 0; at + 1 < flat.length; at += 2) targets.push([flat[at] ?? '', Number(flat[at + 1])])
    return { clock: { history, clock: Number(clock), floor: Number(floor) }, targets }
  }

  /** The client is the application's. */
  async close(): Promise<void> {}

  #pointerKey(id: string): string {
    return `${this.#prefix}:p:${id}`
  }

  #blobKey(fingerprint: string): string {
    return `${this.#prefix}:b:${fingerprint}`
  }
}

interface PointerRead {
  readonly pointer: string | undefined
  readonly clock: StoreClock
}

function parseClock(record: string | null | undefined): StoreClock | undefined {
  const [history, clock, floor] = record?.split(' ') ?? []
  if (history === undefined || clock === undefined || floor === undefined) return undefined
  return { history, clock: Number(clock), floor: Number(floor) }
}
