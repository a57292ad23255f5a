/** What a test has counted for itself, by the name of the metric and, if it has one, its attribute. */
export class Tally {
  readonly counts: Record<string, number> = {}

  add(metric: string, of: string = '', amount: number = 1): void {
    const name = nameOf(metric, of)
    this.counts[name] = (this.counts[name] ?? 0) + amount
  }

  of(metric: string, of: string = ''): number {
    return this.counts[nameOf(metric, of)] ?? 0
  }
}

export function nameOf(metric: string, of: string = ''): string {
  return of === '' ? metric : `${metric} ${of}`
}
