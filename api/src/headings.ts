/** The addresses that GitHub gives the headings of a page. */
export class Headings {
  readonly #times = new Map<string, number>()

  /** Adds a heading below the ones before, and returns its address. */
  add(heading: string): string {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const times = this.#times.get(slug) ?? 0
    this.#times.set(slug, times + 1)
    return times === 0 ? slug : `${slug}-${times}`
  }
}
