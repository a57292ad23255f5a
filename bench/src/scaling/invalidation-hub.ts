/** What `clock.lua`, `invalidate.lua`, `sync.lua` and `workers.lua` keep of one namespace, and do with it. Times are in µs. */
export class InvalidationHub {
  #history: string
  #clock: number
  #floor = 0
  #server: string
  /** In the order of their clocks; what has been invalidated again since is still in it. */
  #log: (readonly [target: string, clock: number])[] = []
  readonly #latest = new Map<string, number>()
  readonly #workers = new Map<string, { until: number; readonly report: string }>()
  #workersSince: number | undefined

  constructor(history: string, now: number, server: string) {
    this.#history = history
    this.#clock = now
    this.#server = server
  }

  get record(): string {
    return `${this.#history} ${this.#clock} ${this.#floor} ${this.#server}`
  }

  /** What is older is invalid; 0 if nothing has been forgotten. */
  get floor(): number {
    return this.#floor
  }

  /** As `read_clock`: whether it is the one that was seen, and of this server. */
  isWhole(server: string, seenHistory: string, seenClock: string): boolean {
    return server === this.#server && !(seenHistory === this.#history && this.#clock < Number(seenClock))
  }

  invalidate(targets: readonly string[], now: number, retention: number, most: number): { reply: string[]; message: string } {
    const previous = this.#clock
    this.#clock = Math.max(previous + 1, now)
    for (const target of targets) {
      this.#latest.set(target, this.#clock)
      this.#log.push([target, this.#clock])
    }
    this.#forget(this.#clock - retention, most)
    const message = `{"history":"${this.#history}","previous":${previous},"clock":${this.#clock},"floor":${this.#floor},"targets":${JSON.stringify(targets)}}`
    return { reply: [this.#history, `${previous}`, `${this.#clock}`, `${this.#floor}`], message }
  }

  #forget(until: number, most: number): void {
    let from = 0
    for (; from < this.#log.length; from++) {
      const [target, clock] = this.#log[from]!
      if (this.#latest.get(target) !== clock) continue
      if (clock > until && clock > this.#floor && this.#latest.size <= most) break
      this.#floor = Math.max(this.#floor, clock)
      this.#latest.delete(target)
    }
    // Moving it up each time would cost as much as it is long.
    if (from > 1_000) this.#log = this.#log.slice(from)
  }

  /** `worker` is empty for a look without a report. */
  sync(
    seenHistory: string,
    seenClock: string,
    worker: string,
    presentFor: number,
    now: number,
  ): [string, string, string, string[]] {
    if (worker !== '') this.#report(worker, `${seenHistory} ${seenClock}`, presentFor, now)
    const since = seenHistory === this.#history ? Number(seenClock) : 0
    const changed: string[] = []
    for (let at = this.#log.length - 1; at >= 0; at--) {
      const [target, clock] = this.#log[at]!
      if (clock <= since) break
      if (this.#latest.get(target) === clock) changed.unshift(target, `${clock}`)
    }
    return [this.#history, `${this.#clock}`, `${this.#floor}`, changed]
  }

  #report(worker: string, report: string, presentFor: number, now: number): void {
    this.#workers.delete(worker)
    if (presentFor > 0) {
      this.#workersSince ??= now
      this.#workers.set(worker, { until: now + presentFor, report })
    }
    for (const [name, { until }] of this.#workers) {
      if (until > now) break
      this.#workers.delete(name)
    }
  }

  workers(now: number): string[] {
    this.#workersSince ??= now
    const present = [...this.#workers].filter(([, { until }]) => until > now)
    return [`${now - this.#workersSince}`, ...present.flatMap(([worker, { report }]) => [worker, report])]
  }
}
