import type { AgentCacheStats } from '../counts/stats.ts'

/** Fewer requests say too little. */
const fewestRequests = 500
/** A measurement takes so long. */
const spanMs = 900_000

type Served = Pick<AgentCacheStats, 'served' | 'failed'>

export interface Measured {
  /** From when on. Wall clock, ms. */
  readonly from: number
  /** The part of requests that needed no full build. */
  readonly share: number
  readonly requests: number
}

/** Measures what came of a setting, when what was loaded before it was set is no more. */
export class MeasuredShare {
  #notBefore: number
  #began: { readonly at: number; readonly counts: Served } | undefined

  constructor(now: number) {
    this.#notBefore = now
  }

  /** Until then, what is measured is in part that of another setting. */
  waitUntil(time: number): void {
    this.#notBefore = Math.max(this.#notBefore, time)
    this.#began = undefined
  }

  /** The clock has been changed: times before cannot be compared with those after. */
  restart(notBefore: number): void {
    this.#notBefore = notBefore
    this.#began = undefined
  }

  /** Called now and then. A measurement, if one is complete; the next begins with it. */
  take(now: number, counts: Served): Measured | undefined {
    if (now < this.#notBefore) return undefined
    const began = this.#began
    if (began === undefined) {
      this.#began = { at: now, counts }
      return undefined
    }
    const requests = requestsOf(counts) - requestsOf(began.counts)
    if (now - began.at < spanMs || requests < fewestRequests) return undefined
    this.#began = { at: now, counts }
    const builds = counts.served.build - began.counts.served.build
    const failed = counts.failed - began.counts.failed
    return { from: began.at, share: 1 - (builds + failed) / requests, requests }
  }
}

export function requestsOf({ served, failed }: Served): number {
  return served.memory + served.config + served.build + failed
}
