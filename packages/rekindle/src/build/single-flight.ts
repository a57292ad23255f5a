/** Work in progress, with what it is about and what was known when it began. */
interface Flight<Value, Subject, Known> {
  readonly subject: Subject
  readonly known: Known
  readonly value: Promise<Value>
}

/**
 * One piece of work per key at a time: who asks while it runs joins it. `known` is what this process knows of the world
 * (here: the invalidation stamp). Who knows more than was known when the work began takes its result only if `holds` says
 * that it still holds, and has it done again otherwise.
 */
export class SingleFlight<Value, Subject, Known> {
  readonly #flights = new Map<string, Flight<Value, Subject, Known>>()
  readonly #known: () => Known
  readonly #holds: (value: Value) => boolean

  constructor(known: () => Known, holds: (value: Value) => boolean) {
    this.#known = known
    this.#holds = holds
  }

  get size(): number {
    return this.#flights.size
  }

  run(key: string, subject: Subject, work: () => Promise<Value>): Promise<Value> {
    const earlier = this.#flights.get(key)
    return earlier === undefined ? this.#start(key, subject, work).value : this.#join(earlier, key, subject, work)
  }

  async #join(earlier: Flight<Value, Subject, Known>, key: string, subject: Subject, work: () => Promise<Value>): Promise<Value> {
    const known = this.#known()
    try {
      const value = await earlier.value
      if (earlier.known === known || this.#holds(value)) return value
    } catch (error) {
      if (earlier.known === known) throw error
    }
    this.#land(key, earlier)
    // What flies now, if anything, began after this call.
    return (this.#flights.get(key) ?? this.#start(key, subject, work)).value
  }

  #start(key: string, subject: Subject, work: () => Promise<Value>): Flight<Value, Subject, Known> {
    const flight = { subject, known: this.#known(), value: work() }
    this.#flights.set(key, flight)
    const land = () => this.#land(key, flight)
    flight.value.then(land, land)
    return flight
  }

  #land(key: string, flight: Flight<Value, Subject, Known>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key)
  }

  /** Nobody joins these any more; those who wait for them still get their result. */
  detach(applies: (subject: Subject) => boolean): void {
    for (const [key, { subject }] of this.#flights) if (applies(subject)) this.#flights.delete(key)
  }
}
