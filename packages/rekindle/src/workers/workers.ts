import { type AgentKey, assertKey } from '../agent-key.ts'
import { CacheClosedError, InvalidOptionsError } from '../errors.ts'
import type { Explanation, LocalExplanation } from '../explain/explanation.ts'
import { readLocalExplanation, readSelfDescription } from './answer-shapes.ts'
import type { Asked, Asks } from './asks.ts'
import type { SelfDescription } from './self.ts'

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

/** All that answered, this one first. */
export interface WorkersStats extends Silence {
  readonly workers: readonly (SelfDescription & { readonly worker: string })[]
}

/** Where a key stands in the store, and in the memory of each worker that answered, this one first. */
export interface WorkersExplanation extends Omit<Explanation, keyof LocalExplanation>, Silence {
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
}

/** What the asking worker says itself. */
interface Self {
  describe(): SelfDescription
  explain(key: AgentKey): Promise<Explanation>
}

export function workersOf(asks: Asks, self: Self): Workers {
  return {
    name: asks.worker,
    async stats(options) {
      const timeoutMs = checked(asks, options)
      const own = { worker: asks.worker, ...self.describe() }
      const asked = await asks.ask({ about: 'stats' }, timeoutMs, readSelfDescription)
      return { workers: [own, ...inOrder(asked)], ...silenceOf(asked) }
    },
    async explain(key, options) {
      const timeoutMs = checked(asks, options)
      assertKey(key)
      const [asked, { memory, timeline, ...shared }] = await Promise.all([
        asks.ask({ about: 'key', key }, timeoutMs, readLocalExplanation),
        self.explain(key),
      ])
      const own = { worker: asks.worker, memory, timeline }
      return { ...shared, workers: [own, ...inOrder(asked)], ...silenceOf(asked) }
    },
  }
}

function checked(asks: Asks, { timeoutMs = 1_000 }: AskOptions = {}): number {
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
