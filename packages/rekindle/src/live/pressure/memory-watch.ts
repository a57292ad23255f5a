import type { Clock, Timer } from '../../clock.ts'
import type { Events } from '../../events.ts'
import { costliest } from './costliest.ts'
import { type Episode, judge } from './episode.ts'
import type { MemoryReading, MemoryResource } from './memory-reading.ts'

/** Agents in use grow, too. New ones are looked at as they come. */
const intervalMs = 1_000

/** A look takes 2 µs and leaves garbage: with each agent it would be a tenth of what a config hit costs. */
const arrivalsPerLook = 8

const resources: readonly MemoryResource[] = ['heap', 'container']

/** Whose memory it is. */
export interface Household {
  readonly size: number
  /** Drops a few agents that nobody holds, those that `choose` says. Returns how many. */
  drop(choose: typeof costliest): number
}

export type MemoryWatching = Pick<MemoryWatch, 'start' | 'stop'>

/** Looks at the memory of the process while there are agents, and has some dropped when it is near a limit. */
export class MemoryWatch {
  readonly #clock: Clock
  readonly #readMemory: () => MemoryReading
  readonly #household: Household
  readonly #events: Events
  readonly #episodes = new Map<MemoryResource, Episode & { readonly exhausted: boolean }>()
  #timer: Timer | undefined = undefined
  #stopped = false
  #arrivals = 0

  constructor(clock: Clock, readMemory: () => MemoryReading, household: Household, events: Events) {
    this.#clock = clock
    this.#readMemory = readMemory
    this.#household = household
    this.#events = events
  }

  /** A look now and then, since there is another agent, and one each second while there is any. */
  start(): void {
    // Who heard of the agent that made way for this one may have closed the cache.
    if (this.#stopped) return
    this.#timer ??= this.#plan()
    if (this.#arrivals++ % arrivalsPerLook === 0) this.#look()
  }

  /** For good. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #plan(): Timer {
    const timer = this.#clock.after(intervalMs, () => {
      this.#timer = this.#household.size > 0 ? this.#plan() : undefined
      if (this.#timer === undefined) this.#arrivals = 0
      this.#look()
    })
    timer.unref()
    return timer
  }

  #look(): void {
    const reading = this.#read()
    if (reading === undefined) return
    for (const resource of resources) {
      const judgement = judge(resource, reading, this.#episodes.get(resource))
      if (judgement === 'calm') this.#episodes.delete(resource)
      // One drop a look: it may be what the other resource needed.
      if (judgement === 'drop' && this.#drop(resource, reading)) return
    }
  }

  #read(): MemoryReading | undefined {
    try {
      return this.#readMemory()
    } catch {
      return undefined
    }
  }

  /** Whether there was anything to drop. */
  #drop(resource: MemoryResource, { [resource]: use, collections }: MemoryReading): boolean {
    if (use === undefined) return false
    const { usedBytes, limitBytes } = use
    const wasExhausted = this.#episodes.get(resource)?.exhausted ?? false
    const dropped = this.#household.drop(costliest)
    // That nothing is left is said once in an episode.
    this.#episodes.set(resource, { usedBytes, collections, exhausted: wasExhausted || dropped === 0 })
    if (dropped > 0 || !wasExhausted) {
      this.#events.emit('memory-pressure', () => ({ resource, usedBytes, limitBytes, dropped }))
    }
    return dropped > 0
  }
}
