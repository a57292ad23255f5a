import type { ChangeNotices } from './change-notices.ts'
import { fingerprintOfTools } from './listed-tools.ts'
import type { Session } from './session.ts'
import type { ToolSet } from './tool-set.ts'

/** Compares what a server offers with what it offered when it was described. */
export class ToolsWatch {
  readonly #sets: ReadonlyMap<string, ToolSet>
  readonly #notices: ChangeNotices | undefined
  /** To be looked at next. */
  #next: Session | undefined = undefined
  #looking = false

  constructor(sets: ReadonlyMap<string, ToolSet>, notices: ChangeNotices | undefined) {
    this.#sets = sets
    this.#notices = notices
  }

  /**
   * Has a look when whatever is going on has been sent. That a server says its list has changed means little: some say so at
   * every start. Of tools that no server is known to have listed, there is nothing to compare.
   */
  look(session: Session): void {
    const notices = this.#notices
    if (notices === undefined) return
    this.#next = session
    if (this.#looking) return
    this.#looking = true
    setImmediate(() => void this.#compare(notices))
  }

  async #compare(notices: ChangeNotices): Promise<void> {
    for (let session = this.#next; session !== undefined; session = this.#next) {
      this.#next = undefined
      // What fails here, whoever calls a tool hears of.
      const fingerprint = await session
        .listTools()
        .then(fingerprintOfTools)
        .catch(() => undefined)
      if (fingerprint !== undefined) this.#report(fingerprint, notices)
    }
    this.#looking = false
  }

  #report(fingerprint: string, notices: ChangeNotices): void {
    for (const set of this.#sets.values()) {
      if (set.fingerprint !== undefined && set.fingerprint !== fingerprint) notices.add({ server: set.server, tag: set.tag })
    }
  }
}
