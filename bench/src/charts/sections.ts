import type { Recorded } from '../recorded.ts'
import { fullScale } from '../scales.ts'
import { barChart } from './bar-chart.ts'
import { bestRows } from './best-rows.ts'
import { lineChart } from './line-chart.ts'
import { comparisonTable, gridTable, paragraph, plain, verdicts } from './tables.ts'
import { targetTable } from './target-table.ts'

/** By the names of the benchmarks. */
export type Results = ReadonlyMap<string, Recorded | undefined>

/** What stands in a page, and the files it shows. */
export interface Section {
  readonly text: string
  readonly charts: readonly Chart[]
}

interface Chart {
  readonly file: string
  readonly svg: string
}

/** A comparison or a grid. */
interface Part {
  readonly title: string
  readonly chart: Chart | undefined
  /** With a row of each package only, of a comparison. */
  readonly best: Chart | undefined
  readonly figures: string
  readonly verdicts: string
  readonly notes: string
}

/**
 * What is between two marks of a page: `NAME`, all of a benchmark; `NAME/2`, the chart of its second part, or the table if it has
 * none; `NAME/2 best`, the same with a row of each package only; `targets NAME NAME …`. `images` is the way from the page to the charts.
 */
export function section(order: string, results: Results, images: string): Section {
  const [first = '', ...others] = order.split(' ')
  if (first === 'targets') return { text: targetTable(others.map((name) => [name, resultOf(name, results)])), charts: [] }
  const [name = '', which] = first.split('/')
  const result = resultOf(name, results)
  if (result === undefined) return { text: `*Not measured yet: \`npm run bench -- ${name}\`.*`, charts: [] }
  const parts = partsOf(name, result)
  if (which === undefined) {
    const text = [conditions(result), ...parts.map((part) => whole(part, images))].join('\n\n')
    return { text, charts: parts.flatMap(({ chart }) => chart ?? []) }
  }
  const part = parts[Number(which) - 1]
  if (part === undefined) throw new Error(`${name} has ${parts.length} parts, and no "${which}".`)
  const chart = others.includes('best') ? part.best : part.chart
  return chart === undefined ? { text: part.figures, charts: [] } : { text: image(part.title, chart, images), charts: [chart] }
}

function resultOf(name: string, results: Results): Recorded | undefined {
  if (results.has(name)) return results.get(name)
  throw new Error(`There is no benchmark "${name}". There are ${[...results.keys()].join(', ')}.`)
}

function partsOf(name: string, { comparisons, grids = [], machine }: Recorded): Part[] {
  const ofComparisons = comparisons.map((comparison) => ({
    ...comparison,
    svg: barChart(comparison),
    bestSvg: barChart(bestRows(comparison, Object.keys(machine.peers)), 'the best of each package'),
    figures: comparisonTable(comparison),
  }))
  const ofGrids = grids.map((grid) => ({
    ...grid,
    svg: grid.curve === undefined ? undefined : lineChart(grid.title.trim(), grid.curve),
    bestSvg: undefined,
    figures: gridTable(grid),
  }))
  return [...ofComparisons, ...ofGrids].map(({ title, svg, bestSvg, figures, targets, notes }, index) => ({
    title: title.trim(),
    chart: svg === undefined ? undefined : { file: `${name}-${index + 1}.svg`, svg },
    best: bestSvg === undefined ? undefined : { file: `${name}-${index + 1}-best.svg`, svg: bestSvg },
    figures,
    verdicts: verdicts(targets),
    notes: paragraph(notes),
  }))
}

/** What has a chart has its title in it, and its figures folded away below. */
function whole({ title, chart, figures, notes, verdicts: judged }: Part, images: string): string {
  const said = [figures, notes].filter((each) => each !== '')
  const folded = ['<details><summary>Figures, and how they were measured</summary>', ...said, '</details>']
  const shown = chart === undefined ? [`**${plain(title)}**`, ...said] : [image(title, chart, images), ...folded]
  return [...shown, judged].filter((each) => each !== '').join('\n\n')
}

function image(title: string, { file }: Chart, images: string): string {
  return `![Chart: ${plain(title)}](${images}${file})`
}

function conditions({ at, machine, scale }: Recorded): string {
  const day = new Date(at).toLocaleDateString('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'long', year: 'numeric' })
  const runs = scale.processes === 1 ? 'one process' : `${scale.processes} processes`
  const said = [
    day,
    machine.processor,
    `${machine.cores} cores`,
    `Node ${machine.node}`,
    machine.redis,
    `mostly ${scale.rounds} rounds in ${runs}`,
  ]
  const warning = scale.rounds < fullScale.rounds ? ' **A quick run: rough figures.**' : ''
  return `*${plain(said.join('; '))}.*${warning}`
}
