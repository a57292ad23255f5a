import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type ApiError, asApiError } from '../api/problem.ts'

export interface Polled<Value> {
  /** The last that came, however old. */
  readonly value: Value | undefined
  /** When it did, by this machine's clock. */
  readonly at: number
  /** Why nothing newer has. */
  readonly error: ApiError | undefined
}

/** Asks again and again, while somebody wants to know and the page is visible. */
export class Poll<Value> {
  readonly #load: (signal: AbortSignal) => Promise<Value>
  readonly #everyMs: number
  readonly #polled = signal<Polled<Value>>({ value: undefined, at: 0, error: undefined })
  #users = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #running: AbortController | undefined

  constructor(load: (signal: AbortSignal) => Promise<Value>, everyMs: number) {
    this.#load = load
    this.#everyMs = everyMs
    document.addEventListener('visibilitychange', () => this.#resume())
  }

  get latest(): ReadonlySignal<Polled<Value>> {
    return this.#polled
  }

  /** The returned function ends the use. */
  use(): () => void {
    this.#users++
    this.#resume()
    return () => {
      this.#users--
      if (this.#users === 0) this.#pause()
    }
  }

  askNow(): void {
    this.#pause()
    this.#resume()
  }

  #resume(): void {
    if (document.hidden) return this.#pause()
    if (this.#users > 0 && this.#running === undefined) void this.#ask()
  }

  #pause(): void {
    clearTimeout(this.#timer)
    this.#running?.abort()
    this.#running = undefined
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    const running = (this.#running = new AbortController())
    try {
      const value = await this.#load(running.signal)
      if (this.#running === running) this.#polled.value = { value, at: Date.now(), error: undefined }
    } catch (error) {
      if (this.#running === running) this.#polled.value = { ...this.#polled.value, error: asApiError(error) }
    }
    if (this.#running !== running) return
    this.#timer = setTimeout(() => {
      this.#running = undefined
      this.#resume()
    }, this.#everyMs)
  }
}

/** Reading it in a component keeps that up to date. */
export function usePolled<Value>(poll: Poll<Value>, wanted = true): Polled<Value> {
  useEffect(() => (wanted ? poll.use() : undefined), [poll, wanted])
  return poll.latest.value
}
