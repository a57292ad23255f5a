import { countsAt } from '../advisor/counts-at.ts'
import type { RecordingPage } from '../watch/watcher.ts'
import { countLine, eventLine, workerLine } from './recording-file.ts'

interface Count {
  readonly requests: number
  readonly told: number | undefined
}

interface Followed {
  readonly index: number
  /** Of the page read last. */
  since: number
  until: number
  /** What there was before that page begins. */
  before: Count
  count: Count
}

/** Makes lines of a file from what workers have written down since they were asked last. */
export class Recorder {
  readonly #workers = new Map<string, Followed>()
  #events = 0

  get events(): number {
    return this.#events
  }

  get workers(): number {
    return this.#workers.size
  }

  /** What they have told of requests, those that were not written down included. */
  get requests(): number {
    return [...this.#workers.values()].reduce((sum, { count }) => sum + count.requests, 0)
  }

  /** `pages`: what each has told after what was read before. */
  lines(pages: readonly { readonly worker: string; readonly page: RecordingPage }[]): string {
    const begun: string[] = []
    const counts: string[] = []
    const events: (readonly [time: number, hash: number, worker: number])[] = []
    for (const { worker, page } of pages) {
      let followed = this.#workers.get(worker)
      if (followed === undefined) {
        const none = { requests: 0, told: 0 }
        followed = { index: this.#workers.size, since: page.since, until: page.since, before: none, count: none }
        this.#workers.set(worker, followed)
        begun.push(workerLine(followed.index, worker, page.since, page.truncated === true))
      }
      for (let at = 0; at + 1 < page.events.length; at += 2) events.push([page.events[at]!, page.events[at + 1]!, followed.index])
      counts.push(this.#count(followed, page))
    }
    events.sort(([one], [other]) => one - other)
    this.#events += events.length
    return [...begun, ...events.map((event) => eventLine(...event)), ...counts].join('')
  }

  /** A page counts since its own beginning, which moves on when the worker forgets the oldest. */
  #count(followed: Followed, page: RecordingPage): string {
    const all = countsAt([page], page.since)
    if (page.since !== followed.since) {
      const fresh = countsAt([page], followed.until)
      followed.before = sum(followed.count, sum(all, fresh, -1), -1)
    }
    followed.since = page.since
    followed.until = page.until
    followed.count = sum(followed.before, all)
    const { index, until: at, count } = followed
    return countLine(index, { at, requests: count.requests, told: count.told, threshold: page.threshold })
  }
}

function sum(one: Count, other: Count, sign: 1 | -1 = 1): Count {
  const isTold = one.told !== undefined && other.told !== undefined
  return {
    requests: one.requests + sign * other.requests,
    told: isTold ? Math.round(one.told + sign * other.told) : undefined,
  }
}
