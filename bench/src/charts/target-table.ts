import type { Verdict } from '../benchmark.ts'
import type { Recorded } from '../recorded.ts'
import type { JudgedTarget } from '../report.ts'
import { plain, table } from './tables.ts'

/** What each of these benchmarks is to reach, and has. One that has not been run says so. */
export function targetTable(results: readonly (readonly [name: string, result: Recorded | undefined])[]): string {
  const lines = results.flatMap(([name, result]) => {
    if (result === undefined) return [[`**${plain(name)}**`, '', 'not measured yet', '']]
    const ofComparisons = result.comparisons.map(({ title, targets }) => ({ title, cells: hardest(targets) }))
    const ofGrids = (result.grids ?? []).map(({ title, targets }) => ({ title, cells: targets.map((target) => cellsOf(target)) }))
    return [...ofComparisons, ...ofGrids].flatMap(({ title, cells }) =>
      cells.length === 0 ? [] : [[`**${plain(title.trim())}**`, '', '', ''], ...cells],
    )
  })
  return table([['what', 'target', 'measured', ''], ...lines], '---')
}

/** Of the same target against several others the one that is hardest to meet: with it, all are met. */
function hardest(targets: readonly JudgedTarget[]): string[][] {
  const alike = Object.values(
    Object.groupBy(targets, ({ of, to, atMost, atMostMore, atLeast }) =>
      JSON.stringify([of, to === undefined, atMost, atMostMore, atLeast]),
    ),
  )
  return alike.flatMap((group = []) => {
    const sign = group[0]?.atLeast === undefined ? -1 : 1
    const [worst] = group.toSorted((one, other) => sign * (one.spread.median - other.spread.median))
    return worst === undefined ? [] : [cellsOf(worst, worst.to, group.length)]
  })
}

/** The text of a target is "what = measured; target limit", or has a colon. */
function cellsOf({ text, met }: Verdict, to?: string, ofSo = 1): string[] {
  const [, what = text, measured = '', limit = ''] = /^(.*?)(?: = |: (?!.* = ))(.*); target (.*)$/.exec(text) ?? []
  const isRatio = to !== undefined && measured.endsWith(`) ${to}`)
  const name = isRatio ? `${what} ÷ ${to}` : what
  const found = isRatio ? measured.slice(0, -to.length - 1) : measured
  return [plain(name) + (ofSo > 1 ? `, the hardest of ${ofSo}` : ''), plain(limit), plain(found), met ? 'met' : '**missed**']
}
