import type { RecordingPage } from '../watch/watcher.ts'

/** The pages of several workers, joined as they come. */
export class JoinedRecordings {
  readonly #after: Readonly<Record<string, number>>
  readonly #pages = new Map<string, RecordingPage | null>()

  /** `after`: what has been read before, by worker. */
  constructor(after: Readonly<Record<string, number>>) {
    this.#after = after
  }

  /** `null`: it keeps no recording. */
  add(worker: string, page: RecordingPage | null): void {
    const before = this.#pages.get(worker)
    // Asked again for what it has told already: the answer was lost, or somebody makes it up.
    if (page === null || before === undefined || before === null) this.#pages.set(worker, before ?? page)
    else if (page.next > before.next) this.#pages.set(worker, { ...page, events: [...before.events, ...page.events] })
    else this.#pages.set(worker, { ...before, more: false })
  }

  /** Those who say no more: what they have said is what there is of them. */
  end(workers: readonly string[]): void {
    for (const worker of workers) {
      const page = this.#pages.get(worker)
      if (page?.more === true) this.#pages.set(worker, { ...page, more: false })
    }
  }

  get isMore(): boolean {
    return [...this.#pages.values()].some((page) => page?.more === true)
  }

  /** What to ask for what comes next. */
  get after(): Record<string, number> {
    const read = [...this.#pages].flatMap(([worker, page]) => (page === null ? [] : [[worker, page.next] as const]))
    return { ...this.#after, ...Object.fromEntries(read) }
  }

  all(): { recordings: { worker: string; page: RecordingPage }[]; unwatched: string[] } {
    const recordings: { worker: string; page: RecordingPage }[] = []
    const unwatched: string[] = []
    for (const worker of [...this.#pages.keys()].sort()) {
      const page = this.#pages.get(worker)
      if (page === null || page === undefined) unwatched.push(worker)
      else recordings.push({ worker, page })
    }
    return { recordings, unwatched }
  }
}
