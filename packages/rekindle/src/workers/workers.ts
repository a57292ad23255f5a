import { type AgentKey, assertKey } from '../agent-key.ts'
import { CacheClosedError, InvalidOptionsError } from '../errors.ts'
import type { LocalExplanation, StoredExplanation } from '../explain/explanation.ts'
import type { RecordingPage } from '../watch/watcher.ts'
import { readLocalExplanation, readPage, readSelfDescription } from './answer-shapes.ts'
import type { Asked, Asks } from './asks.ts'
import { JoinedRecordings } from './joined-recordings.ts'
import type { SelfDescription } from './self.ts'

/** How long the other workers have to answer. */
export interface AskOptions {
  /** How long to wait for the others. Default 1 000. */
  readonly timeoutMs?: number
}

/** Who did not answer. */
interface Silence {
  /** Workers that are taken to be alive and did not answer in time. */
  readonly silent: readonly string[]
  /** The store did not say which workers there are: no other has been asked. */
  readonly unreachable: boolean
}

/** Which recording, and what of it. */
export interface RecordingOptions extends AskOptions {
  /** Of live agents or of configs; where `configScope` is `liveScope`, they are the same. Default `'live'`. */
  readonly of?: 'live' | 'config'
  /** By worker: the `next` of what has been read before. Default: from the beginning. */
  readonly after?: Readonly<Record<string, number>>
}

/** What the advisors of all workers have written down, one page for each. */
export interface WorkersRecordings extends Silence {
  readonly recordings: readonly { readonly worker: string; readonly page: RecordingPage }[]
  /** Those without an advisor. */
  readonly unwatched: readonly string[]
}

/** All that answered, this one first. */
export interface WorkersStats extends Silence {
  readonly workers: readonly (SelfDescription & { readonly worker: string })[]
}

/** Where a key stands in the store, and in the memory of each worker that answered, this one first. */
export interface WorkersExplanation extends StoredExplanation, Silence {
  readonly workers: readonly (LocalExplanation & { readonly worker: string })[]
}

/** The workers of a namespace, on all machines: this one by itself, the others through the store. */
export interface Workers {
  /** Of this worker: host, process id, and two random parts. */
  readonly name: string
  /**
   * What each counts, and what the application says of it (`describeWorker`). Rejects with {@link CacheClosedError}, or
   * {@link InvalidOptionsError}; never for want of the store.
   */
  stats(options?: AskOptions): Promise<WorkersStats>
  /** As `explain` of the cache, in each. Rejects as {@link stats} does, and with {@link InvalidKeyError}. */
  explain(key: AgentKey, options?: AskOptions): Promise<WorkersExplanation>
  /** Which agents have been asked for of late, and when, as far as it was written down. Rejects as {@link stats} does. */
  recordings(options?: RecordingOptions): Promise<WorkersRecordings>
}

/** What the asking process says itself. */
interface Self {
  explain(key: AgentKey): Promise<StoredExplanation & Partial<LocalExplanation>>
  /** `undefined` for one that holds no agents: it is no worker. */
  readonly worker: { describe(): SelfDescription; page(of: 'live' | 'config', after: number): RecordingPage | null } | undefined
}

/** Answers come in pages. So many are asked for, however much a worker says it still has. */
const maxPages = 200

export function workersOf(asks: Pick<Asks, 'worker' | 'closed' | 'ask'>, self: Self): Workers {
  const own = <Answer extends object>(say: (worker: NonNullable<Self['worker']>) => Answer) =>
    self.worker === undefined ? [] : [{ worker: asks.worker, ...say(self.worker) }]
  return {
    name: asks.worker,
    async stats(options) {
      const timeoutMs = checked(asks, options)
      const described = own((worker) => worker.describe())
      const asked = await asks.ask({ about: 'stats' }, timeoutMs, readSelfDescription)
      return { workers: [...described, ...inOrder(asked)], ...silenceOf(asked) }
    },
    async explain(key, options) {
      const timeoutMs = checked(asks, options)
      assertKey(key)
      const [asked, { memory, timeline, ...stored }] = await Promise.all([
        asks.ask({ about: 'key', key }, timeoutMs, readLocalExplanation),
        self.explain(key),
      ])
      const local = memory && timeline && { worker: asks.worker, memory, timeline }
      return { ...stored, workers: [...(local ? [local] : []), ...inOrder(asked)], ...silenceOf(asked) }
    },
    async recordings(options = {}) {
      const timeoutMs = checked(asks, options)
      const { of = 'live', after = {} } = options
      const joined = new JoinedRecordings(after)
      const ownAfter = after[asks.worker] ?? 0
      for (const { page } of own((worker) => ({ page: worker.page(of, ownAfter) }))) joined.add(asks.worker, page)
      let asked = await asks.ask({ about: 'recording', of, after }, timeoutMs, readPage)
      for (let pages = 1; ; pages++) {
        for (const [worker, { page }] of asked.answers) joined.add(worker, page)
        joined.end(asked.silent)
        if (!joined.isMore || asked.unreachable || asks.closed || pages >= maxPages)
          return { ...joined.all(), ...silenceOf(asked) }
        asked = await asks.ask({ about: 'recording', of, after: joined.after }, timeoutMs, readPage)
      }
    },
  }
}

function checked(asks: { readonly closed: boolean }, { timeoutMs = 1_000 }: AskOptions = {}): number {
  if (asks.closed) throw new CacheClosedError()
  if (!(timeoutMs >= 0)) throw new InvalidOptionsError('timeoutMs', 'timeoutMs must be a number of at least 0.')
  return timeoutMs
}

function inOrder<Answer extends object>({ answers }: Asked<Answer>): (Answer & { readonly worker: string })[] {
  const names = [...answers.keys()].sort()
  return names.map((worker) => ({ worker, ...answers.get(worker)! }))
}

function silenceOf({ silent, unreachable }: Asked<unknown>): Silence {
  return { silent, unreachable }
}
