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
  WorkerList,
  WorkerPresence,
} from '../config/config-store.ts'
import { BatchedReads } from './batched-reads.ts'
import { clockMessage, parseClockMessage, parseClockRecord, parseSeen } from './redis-clock.ts'
import { isListOf, isText, type RedisCommands } from './redis-commands.ts'
import { claim, invalidate, release, sync, workers } from './scripts.generated.ts'

/** In one command: pointers have some 300 bytes, blobs up to a megabyte. */
const maxPointers = 512
const maxBlobs = 32

/** Invalidated targets that are remembered. More are forgotten, oldest first, and entries older than those become invalid. */
const maxTargets = 20_000

/** So many steps a read takes at most when the connection changes under it: to look at the server, and to read. */
const maxReadSteps = 6

/** Nothing seen. No history is named so. */
const nothing: SeenClock = { history: '-', clock: 0 }

/**
 * A namespace in Redis. Keys, all under `rekindle:`:
 * - `<namespace>:p:<id>`: pointers; `<namespace>:b:<fingerprint>`: configs; `<namespace>:c:<id>`: claims; spread over a
 *   cluster's slots;
 * - `{<namespace>}:clock`, `:targets`, `:workers`, `:reports`: the invalidation clock and who follows it, in one slot. The name
 *   of the clock is also the channel of invalidations, and `{<namespace>}:inbox:<worker>` that of one worker.
 */
export class RedisConnection implements StoreConnection {
  readonly #commands: RedisCommands
  readonly #prefix: string
  readonly #hub: string
  readonly #clockKey: string
  readonly #retentionMs: number
  readonly #pointers: BatchedReads<PointerRead>
  readonly #blobs: BatchedReads<string | null>
  /** Looks at the clock for reads from a cluster. */
  readonly #looks: BatchedReads<StoreClock>
  /** The generation of the connection in which a script has compared the clock with the server. */
  #checkedGeneration = -1
  /** Of what is later than this, a script that only looks need not tell. */
  #seen: SeenClock = nothing
  readonly #subscriptions = new Set<() => void>()
  readonly #release: () => void
  #closed = false

  /** `release`: called once, when the commands are needed no longer. */
  constructor(commands: RedisCommands, namespace: string, retentionMs: number, release: () => void) {
    this.#commands = commands
    this.#release = release
    this.#prefix = `rekindle:${namespace}`
    this.#hub = `rekindle:{${namespace}}`
    this.#clockKey = `${this.#hub}:clock`
    this.#retentionMs = retentionMs
    this.#pointers = new BatchedReads(maxPointers, (keys) => this.#readPointers(keys))
    this.#blobs = new BatchedReads(maxBlobs, (keys) => commands.mget(keys))
    this.#looks = new BatchedReads(Infinity, (looks) => this.#look().then((clock) => looks.map(() => clock)))
  }

  read(id: string): Promise<PointerRead> {
    const key = `${this.#prefix}:p:${id}`
    return this.#commands.isCluster ? this.#readFromCluster(key) : this.#pointers.read(key)
  }

  /**
   * A plain read cannot tell that another server answers than the one that wrote the clock, so on each new connection a script
   * looks first. What was read while the connection changed is read again. (Not `async`: it is on the way of every config hit.)
   */
  #readPointers(keys: readonly string[], step: number = 1): Promise<readonly PointerRead[]> {
    const { generation } = this.#commands
    const again = () => this.#readPointers(keys, step + 1)
    if (step > maxReadSteps) return Promise.reject(changing())
    if (this.#checkedGeneration !== generation) return this.sync(nothing).then(again)
    return this.#commands.mget([this.#clockKey, ...keys]).then((values) => {
      if (this.#commands.generation !== generation) return again()
      const clock = parseClockRecord(values[0])
      return clock === undefined
        ? this.#beginHistory(keys)
        : keys.map((_, at) => ({ pointer: values[at + 1] ?? undefined, clock }))
    })
  }

  /** Without a clock no entry can be judged: the one that is made now begins a new history. */
  async #beginHistory(keys: readonly string[]): Promise<readonly PointerRead[]> {
    const { clock } = await this.sync(nothing)
    return keys.map(() => ({ pointer: undefined, clock }))
  }

  /**
   * On a cluster a command may be redirected to another server without anyone being told, so a script looks each time: for a
   * read that finds none under way, and once for all others of its turn. Entries are read one by one: those of a node that does not answer fail alone.
   */
  async #readFromCluster(key: string): Promise<PointerRead> {
    const [clock, [pointer]] = await Promise.all([this.#looks.read(''), this.#commands.mget([key])])
    return { pointer: pointer ?? undefined, clock }
  }

  async #look(): Promise<StoreClock> {
    const { clock } = await this.sync(this.#seen)
    return (this.#seen = clock)
  }

  async readBlob(fingerprint: string): Promise<string | undefined> {
    const key = `${this.#prefix}:b:${fingerprint}`
    if (!this.#commands.isCluster) return (await this.#blobs.read(key)) ?? undefined
    const [blob] = await this.#commands.mget([key])
    return blob ?? undefined
  }

  async write({ id, pointer, fingerprint, blob, ttlMs }: StoreEntry): Promise<void> {
    const entries = [[`${this.#prefix}:b:${fingerprint}`, blob] as const, [`${this.#prefix}:p:${id}`, pointer] as const]
    await this.#commands.set(entries, ttlMs)
  }

  async remove(id: string): Promise<void> {
    await this.#commands.del(`${this.#prefix}:p:${id}`)
  }

  async invalidate(targets: readonly string[], seen: SeenClock): Promise<StoreAdvance> {
    const publishCommand = this.#commands.isCluster ? 'SPUBLISH' : 'PUBLISH'
    const limits = [String(this.#retentionMs * 1000), String(maxTargets)]
    const args = [
      crypto.randomUUID(),
      seen.history,
      String(seen.clock),
      publishCommand,
      ...limits,
      clockMessage(targets),
      ...targets,
    ]
    const [history, previous, clock, floor] = await this.#commands.run(invalidate, this.#hubKeys(), args, isAdvance)
    return { previous: Number(previous), clock: { history, clock: Number(clock), floor: Number(floor) } }
  }

  async sync(seen: SeenClock, presence?: WorkerPresence): Promise<StoreChanges> {
    const { generation } = this.#commands
    const present = String(Math.ceil((presence?.presentForMs ?? 0) * 1000))
    const args = [crypto.randomUUID(), seen.history, String(seen.clock), presence?.worker ?? '', present]
    const [history, clock, floor, flat] = await this.#commands.run(sync, this.#hubKeys(), args, isChanges)
    if (this.#commands.generation === generation) this.#checkedGeneration = generation
    const targets = pairs(flat).map(([target, invalidatedAt]) => [target, Number(invalidatedAt)] as const)
    return { clock: { history, clock: Number(clock), floor: Number(floor) }, targets }
  }

  async workers(seen: SeenClock): Promise<WorkerList> {
    const args = [crypto.randomUUID(), seen.history, String(seen.clock)]
    const [keptFor, ...list] = await this.#commands.run(workers, this.#hubKeys(), args, isWorkerList)
    const reports = pairs(list).map(([worker, report]) => ({ worker, ...parseSeen(report) }))
    return { reports, keptForMs: Number(keptFor) / 1000 }
  }

  /** One connection keeps the order: what is sent right after the claim is read after it. */
  async claim(id: string, { claimant, worker, ttlMs, asOf, instead, look }: Claim): Promise<Claimed> {
    const args = [claimant, worker, String(Math.ceil(ttlMs)), `${asOf.history} ${asOf.clock}`, instead ?? '']
    const { generation, resent, isCluster } = this.#commands
    const isRead = look === true && !isCluster && this.#checkedGeneration === generation
    const [claiming, reading] = this.#commands.together(() => [
      this.#commands.run(claim, [this.#claimKey(id)], args, isClaim),
      isRead ? this.read(id) : undefined,
    ])
    // Who has the claim does not depend on it.
    const entry = reading?.catch(() => undefined)
    const [holder, heldAsOf = '', leftMs = 0] = await claiming
    if (holder !== undefined)
      return { granted: false, claimant: holder, asOf: parseSeen(heldAsOf), expiresInMs: Math.max(0, leftMs) }
    const read = await entry
    const inOrder = this.#commands.generation === generation && this.#commands.resent === resent
    return read !== undefined && inOrder ? { granted: true, entry: read } : { granted: true }
  }

  async release(id: string, claimant: string): Promise<readonly string[]> {
    return this.#commands.run(release, [this.#claimKey(id)], [claimant], isTexts)
  }

  async send(worker: string, message: string): Promise<void> {
    await this.#commands.publish(this.#inbox(worker), message)
  }

  listen(worker: string, listener: StoreListener): () => void {
    const inbox = this.#inbox(worker)
    const close = this.#commands.subscribe([this.#clockKey, inbox], {
      onSubscribed: () => listener.onListening(),
      onMessage: (channel, message) => {
        if (channel === inbox) return listener.onMessage(message)
        const news = parseClockMessage(message)
        if (news !== undefined) listener.onClock(news.clock, news.step)
      },
    })
    this.#subscriptions.add(close)
    return () => {
      this.#subscriptions.delete(close)
      close()
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const close of this.#subscriptions) close()
    this.#subscriptions.clear()
    this.#release()
  }

  #hubKeys(): string[] {
    return ['clock', 'targets', 'workers', 'reports'].map((name) => `${this.#hub}:${name}`)
  }

  #claimKey(id: string): string {
    return `${this.#prefix}:c:${id}`
  }

  #inbox(worker: string): string {
    return `${this.#hub}:inbox:${worker}`
  }
}

function changing(): Error {
  return new Error('The connection to Redis changed again and again while it was read from.')
}

interface PointerRead {
  readonly pointer: string | undefined
  readonly clock: StoreClock
}

type Advance = [history: string, previous: string, clock: string, floor: string]
type Changes = [history: string, clock: string, floor: string, flat: string[]]
type Held = [claimant?: string, asOf?: string, leftMs?: number]

const isNumeral = (value: unknown): boolean => typeof value === 'string' && /^\d{1,20}$/.test(value)
const isTexts = (reply: unknown): reply is string[] => isListOf(reply, isText)
const isWorkerList = (reply: unknown): reply is [string, ...string[]] =>
  isTexts(reply) && reply.length % 2 === 1 && isNumeral(reply[0])

function isAdvance(reply: unknown): reply is Advance {
  return isTexts(reply) && reply.length === 4 && reply.slice(1).every(isNumeral)
}

function isChanges(reply: unknown): reply is Changes {
  if (!Array.isArray(reply) || reply.length !== 4) return false
  const [history, clock, floor, flat] = reply as unknown[]
  return isText(history) && isNumeral(clock) && isNumeral(floor) && isTexts(flat) && flat.length % 2 === 0
}

function isClaim(reply: unknown): reply is Held {
  if (!Array.isArray(reply)) return false
  const [claimant, asOf, leftMs] = reply as unknown[]
  return reply.length === 0 || (reply.length === 3 && isText(claimant) && isText(asOf) && typeof leftMs === 'number')
}

function pairs(flat: readonly string[]): [string, string][] {
  const found: [string, string][] = []
  for (let at = 0; at + 1 < flat.length; at += 2) found.push([flat[at] ?? '', flat[at + 1] ?? ''])
  return found
}
