import type { Summary } from '../report.ts'

type Row = Summary['rows'][number]

/** Of each package the row that is best, for a picture that is to be small; and the one that ratios are to. */
export function bestRows(summary: Summary, packages: readonly string[]): Summary {
  const { rows, unit, baseline } = summary
  const isBetter = (one: Row, other: Row) =>
    unit === 'per second' ? one.spread.median > other.spread.median : one.spread.median < other.spread.median
  const best = new Map<string, Row>()
  for (const row of rows) {
    const owner = packageOf(row.name, packages)
    const before = owner === undefined ? undefined : best.get(owner)
    if (owner !== undefined && (before === undefined || isBetter(row, before))) best.set(owner, row)
  }
  const kept = new Set(best.values())
  return { ...summary, rows: rows.filter((row) => kept.has(row) || row.name === baseline) }
}

/** The first that the name of a row mentions: "cachified, adapter to ioredis" is of cachified. */
function packageOf(name: string, packages: readonly string[]): string | undefined {
  const places = packages.map((each) => ({ each, at: name.search(new RegExp(`\\b${each.slice(each.lastIndexOf('/') + 1)}\\b`)) }))
  return places.filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at)[0]?.each
}
