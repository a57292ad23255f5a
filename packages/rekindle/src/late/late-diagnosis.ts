import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import type { diagnose, Diagnosis } from '../explain/diagnosis.ts'
import { type Told, toldOf } from '../explain/told.ts'
import { lateParts, onceLoaded } from './late-parts.ts'
import type { Workers } from '../workers/workers.ts'

/** What happens before it is loaded is kept for it, up to here. */
const maxEarly = 1_000

/** A {@link Diagnosis}, loaded in the background. `begin` makes it, and is called once. */
export class LateDiagnosis {
  #begun: Diagnosis | undefined
  readonly #early: (readonly [Told, at: number])[] = []

  constructor(events: Events, clock: Clock, begin: (how: typeof diagnose) => Diagnosis) {
    events.witness(toldOf, (told) => this.#see(told, clock.now()))
    onceLoaded(({ diagnose }) => {
      const begun = begin(diagnose)
      for (const [told, at] of this.#early.splice(0)) begun.see(told, at)
      this.#begun = begun
    })
  }

  #see(told: Told, at: number): void {
    if (this.#begun !== undefined) this.#begun.see(told, at)
    else if (this.#early.length < maxEarly) this.#early.push([told, at])
  }

  /** Rejects if it cannot be loaded. */
  async ready(): Promise<Diagnosis> {
    if (this.#begun === undefined) await lateParts()
    return this.#begun!
  }

  workers(name: string): Workers {
    return {
      name,
      stats: async (options) => (await this.ready()).workers.stats(options),
      explain: async (key, options) => (await this.ready()).workers.explain(key, options),
      recordings: async (options) => (await this.ready()).workers.recordings(options),
    }
  }
}
