/** Configs come from outside, so what they name could be any number. */
const maxEntries = 1000

/**
 * Values by name, each made once and shared by all agents. Failures are not kept. Beyond 1000 the oldest is made anew when
 * needed.
 */
export class Remembered<Value> {
  readonly #values = new Map<string, Promise<Value>>()

  get(name: string, make: () => Value | Promise<Value>): Promise<Value> {
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const fresh = (async () => make())()
    this.#values.set(name, fresh)
    fresh.catch(() => {
      if (this.#values.get(name) === fresh) this.#values.delete(name)
    })
    if (this.#values.size > maxEntries) for (const oldest of this.#values.keys()) if (this.#values.delete(oldest)) break
    return fresh
  }
}
