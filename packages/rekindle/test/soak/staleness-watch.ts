import { now } from './soak-orders.ts'

interface Seen {
  readonly at: number
  readonly agentId: string
  readonly version: number
  readonly source: 'memory' | 'config' | 'build'
  /** Whether it may be older by the bound. */
  readonly vouched: boolean
}

interface Edited {
  readonly agentId: string
  readonly version: number
  readonly at: number
}

/** News of an edit are with every worker after this, or the worker stood still, and then asked nothing meanwhile. */
const newsMs = 1_000
/** For rounding of clocks, and for what lies between reading the time and being served. */
const slackMs = 5

/**
 * Judges what requests got when all edits that had completed before them are known. What memory serves may be older by the
 * bound; what comes from elsewhere may not.
 */
export class StalenessWatch {
  readonly #boundMs: number
  readonly #accuse: (what: string) => void
  readonly #edits = new Map<string, Edited[]>()
  #waiting: Seen[] = []
  readonly #timer: NodeJS.Timeout

  constructor(boundMs: number, accuse: (what: string) => void) {
    this.#boundMs = boundMs
    this.#accuse = accuse
    this.#timer = setInterval(() => this.#judge(now() - newsMs), 200)
  }

  edited(edit: Edited): void {
    const edits = this.#edits.get(edit.agentId) ?? []
    this.#edits.set(edit.agentId, [...edits, edit].slice(-200))
  }

  saw(seen: Seen): void {
    this.#waiting.push(seen)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#judge(Infinity)
  }

  #judge(until: number): void {
    const due = this.#waiting.findIndex(({ at }) => at > until)
    const judged = this.#waiting.splice(0, due === -1 ? this.#waiting.length : due)
    for (const { at, agentId, version, source, vouched } of judged) {
      const allowed = vouched ? this.#boundMs + slackMs : 0
      const older = this.#edits.get(agentId)?.find((edit) => edit.version > version && at > edit.at + allowed)
      if (older === undefined) continue
      this.#accuse(`${agentId} v${version} from ${source}, ${(at - older.at).toFixed(1)} ms after v${older.version}`)
    }
  }
}
