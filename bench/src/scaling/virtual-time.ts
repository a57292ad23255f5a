import type { Clock } from 'rekindle'

export interface Time extends Clock {
  /** Since the beginning; ms and their parts. */
  readonly elapsed: number
}

interface Pending {
  readonly at: number
  readonly order: number
  call: (() => void) | undefined
}

/** Steps that are planned in one turn of the real event loop. After each of them Node runs all promise jobs and next ticks. */
const stepsPerTurn = 64

const realImmediate = setImmediate
const nothing = { unref() {}, ref() {} }

/** Time that passes from one thing that happens to the next, and not between them. */
export class VirtualTime implements Time {
  readonly #began = Date.now()
  #elapsed = 0
  #orders = 0
  /** A binary heap, the earliest first. */
  readonly #heap: Pending[] = []

  get elapsed(): number {
    return this.#elapsed
  }

  /** Since 1970; ms and their parts. */
  get exact(): number {
    return this.#began + this.#elapsed
  }

  /** As the library sees it: whole milliseconds. */
  now(): number {
    return this.#began + Math.floor(this.#elapsed)
  }

  after(ms: number, call: () => void): ReturnType<Clock['after']> {
    const pending = this.at(this.#elapsed + Math.max(0, ms), call)
    return { ...nothing, cancel: () => void (pending.call = undefined) }
  }

  /** Calls at that time, which is not before now. What is planned for one instant comes in the order in which it was planned. */
  at(at: number, call: () => void): Pending {
    const pending: Pending = { at, order: this.#orders++, call }
    this.#push(pending)
    return pending
  }

  delay(ms: number): Promise<void> {
    return new Promise((resolve) => this.at(this.#elapsed + ms, resolve))
  }

  /** Lets so much time pass. What a step sets off, promises included, comes before the next. */
  run(ms: number): Promise<void> {
    const end = this.#elapsed + ms
    return new Promise((resolve, reject) => {
      let ended = false
      const step = () => {
        if (ended || this.#step(end)) return
        ended = true
        this.#elapsed = end
        resolve()
      }
      const turn = () => {
        try {
          step()
        } catch (error) {
          ended = true
          reject(error as Error)
        }
      }
      const turns = () => {
        if (ended) return
        for (let planned = 0; planned < stepsPerTurn; planned++) realImmediate(turn)
        realImmediate(turns)
      }
      turns()
    })
  }

  /** Whether there was something to do before `end`. */
  #step(end: number): boolean {
    const first = this.#heap[0]
    if (first === undefined || first.at > end) return false
    this.#pop()
    this.#elapsed = Math.max(this.#elapsed, first.at)
    first.call?.()
    return true
  }

  #push(pending: Pending): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (isBefore(heap[parent]!, pending)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = pending
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (isBefore(last, heap[child]!)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
  }
}

function isBefore(one: Pending, other: Pending): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}

/** From now on the timers of this process follow `time`, and chance is `random`: the links of a store are not given any. */
export function followTime(time: VirtualTime, random: () => number): void {
  const later = (call: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const timer = time.after(ms, () => call(...args))
    return { ...nothing, cancel: () => timer.cancel() }
  }
  Object.assign(globalThis, {
    setTimeout: later,
    clearTimeout: (timer: ReturnType<typeof later> | undefined) => timer?.cancel(),
    setImmediate: (call: (...args: unknown[]) => void, ...args: unknown[]) => later(call, 0, ...args),
  })
  performance.now = () => time.elapsed
  Math.random = random
}
