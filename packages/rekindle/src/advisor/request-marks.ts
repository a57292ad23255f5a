import type { RequestMark } from '../watch/watcher.ts'

const maxMarks = 64

interface Mark {
  /** Counted as the events of its recording are. */
  readonly time: number
  readonly requests: number
  readonly told: number | undefined
  readonly visits: readonly number[] | undefined
}

/**
 * How far the counts were at some moments of a recording, so that a part of it can be set against its own number of
 * requests. With more moments than there is room for, every second one is forgotten.
 */
export class RequestMarks {
  #marks: Mark[]

  constructor(first: Mark) {
    this.#marks = [first]
  }

  add(mark: Mark): void {
    if (this.#marks.length >= maxMarks) this.#marks = this.#marks.filter((_, at) => at % 2 === 0)
    this.#marks.push(mark)
  }

  get first(): Mark {
    return this.#marks[0]!
  }

  /** Forgets the first. There is always one. */
  dropFirst(): void {
    if (this.#marks.length > 1) this.#marks.shift()
  }

  /** Times are counted from `by` on. Of what was before, one mark is left. */
  shift(by: number): void {
    while (this.#marks.length > 1 && this.#marks[1]!.time < by) this.#marks.shift()
    this.#marks = this.#marks.map((mark) => ({ ...mark, time: Math.max(0, mark.time - by) }))
  }

  /** As a page has them: since the first, up to `last`. `base`: from when times are counted. */
  since(base: number, last: Mark): RequestMark[] {
    const { requests, told = 0, visits = [] } = this.first
    return [...this.#marks, last].map((mark) => ({
      at: Math.round(base + mark.time),
      requests: Math.max(0, mark.requests - requests),
      ...(mark.told !== undefined && { told: Math.max(0, Math.round(mark.told - told)) }),
      ...(mark.visits !== undefined && {
        visits: mark.visits.map((each, at) => Math.max(0, Math.round(each - (visits[at] ?? 0)))),
      }),
    }))
  }
}
