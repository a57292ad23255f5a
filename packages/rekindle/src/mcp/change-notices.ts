import type { Clock, Timer } from '../clock.ts'

/** A server offers other tools than configs say. */
export interface ToolsChanged {
  /** Its name in a config. */
  readonly server: string
  /** For `agents.invalidate({ tags: [tag] })`: the configs of everybody who has this server. */
  readonly tag: string
}

/** Every connection to a server hears of a change, and all within a moment. */
const gatherMs = 200
/** A server whose tools are never twice the same is not to keep everybody loading configs. */
const spacingMs = 10_000

/** News of a server, or that there was some a moment ago. */
interface Recent {
  change: ToolsChanged | undefined
  timer: Timer
}

/** Passes on that tools have changed: once for one change, and not more often than every ten seconds for one server. */
export class ChangeNotices {
  readonly #listener: (change: ToolsChanged) => void | Promise<void>
  readonly #clock: Clock
  readonly #recent = new Map<string, Recent>()

  constructor(listener: (change: ToolsChanged) => void | Promise<void>, clock: Clock) {
    this.#listener = listener
    this.#clock = clock
  }

  add(change: ToolsChanged): void {
    const recent = this.#recent.get(change.tag)
    if (recent === undefined) this.#recent.set(change.tag, { change, timer: this.#later(gatherMs, change.tag) })
    else recent.change = change
  }

  #later(ms: number, tag: string): Timer {
    const timer = this.#clock.after(ms, () => this.#tell(tag))
    timer.unref()
    return timer
  }

  #tell(tag: string): void {
    const change = this.#recent.get(tag)?.change
    if (change === undefined) {
      this.#recent.delete(tag)
      return
    }
    this.#recent.set(tag, { change: undefined, timer: this.#later(spacingMs, tag) })
    // What the application makes of it is its own affair: nobody here could do anything about an error.
    void (async () => this.#listener(change))().catch(() => {})
  }

  /** Nobody is told anything any more. */
  close(): void {
    for (const { timer } of this.#recent.values()) timer.cancel()
    this.#recent.clear()
  }
}
