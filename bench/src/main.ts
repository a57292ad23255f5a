// `npm run bench`: measures, prints tables, writes the figures to bench/results/, and from them the charts and tables of the docs.
//   name …, --only=name[,name]   of these alone; the names are in benchmarks.ts
//   --quick                      a first impression within seconds, which is written to bench/results/quick/ and shown nowhere else
//   --trace=PATH                 for advisor: a file of requests, "second,key" a line, gzipped or not
//   --charts                     measures nothing, and draws from the results that are there
//   --charts --check             says whether charts and tables are those of the results
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Result, Scale, Verdict } from './benchmark.ts'
import { benchmarks, runOnce } from './benchmarks.ts'
import { draw, outdated } from './charts/draw.ts'
import { describeMachine } from './machine.ts'
import { writeRecorded } from './recorded.ts'
import { render, renderGrid, summarize } from './report.ts'
import type { Order } from './run-one.ts'
import { fullScale, quickScale } from './scales.ts'

const { values: options, positionals } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    trace: { type: 'string' },
    charts: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
if (options.charts) {
  const changed = options.check ? outdated(Object.keys(benchmarks)) : draw(Object.keys(benchmarks))
  for (const each of changed) console.log(`${options.check ? 'outdated' : 'was outdated'}: ${each}`)
  process.exit(options.check && changed.length > 0 ? 1 : 0)
}
const scale = options.quick ? quickScale : fullScale
const named = [...positionals, ...(options.only?.split(',') ?? [])]
const names = named.length > 0 ? named : Object.keys(benchmarks)
for (const name of names) {
  if (!Object.hasOwn(benchmarks, name)) {
    console.error(`There is no benchmark "${name}". There are ${Object.keys(benchmarks).join(', ')}.`)
    process.exit(1)
  }
}

const machine = describeMachine()
console.log(`${machine.processor}, ${machine.cores} cores; Node ${machine.node}; ${machine.redis}`)
console.log(
  Object.entries(machine.peers)
    .map(([peer, version]) => `${peer} ${version}`)
    .join(', '),
)
console.log(
  `Medians (smallest–largest), contestants in turns; mostly of ${scale.rounds} rounds in each of ${scale.processes} processes.`,
)
console.log('Ratios are medians of the ratios within each round.')

const missed: string[] = []
for (const name of names) {
  const own = runOnce.has(name) ? { ...scale, processes: 1 } : scale
  const { comparisons, grids } = await measure(name, own)
  for (const comparison of comparisons) console.log(`\n${render(comparison)}`)
  for (const grid of grids) console.log(`\n${renderGrid(grid)}`)
  const targets = [...comparisons.map(summarize), ...grids].flatMap((judged): readonly Verdict[] => judged.targets)
  missed.push(...targets.filter(({ met }) => !met).map(({ text }) => text))
  const summaries = { comparisons: comparisons.map(summarize), ...(grids.length > 0 && { grids }) }
  writeRecorded(name, { at: new Date().toISOString(), machine, scale: own, ...summaries }, options.quick)
  if (!options.quick) for (const each of draw(Object.keys(benchmarks))) console.log(`was outdated: ${each}`)
}
console.log(missed.length === 0 ? '\nNo target is missed.' : `\nMissed:\n  ${missed.join('\n  ')}`)

/** The same comparisons from several processes, as one. */
async function measure(name: string, scale: Scale): Promise<Result> {
  const first = await runOne({ name, scale, trace: options.trace })
  const runs = [first.comparisons]
  while (runs.length < scale.processes) runs.push((await runOne({ name, scale, trace: options.trace })).comparisons)
  const comparisons = first.comparisons.map((comparison, index) => ({
    ...comparison,
    rows: comparison.rows.map((row, at) => ({ ...row, values: runs.flatMap((run) => run[index]?.rows[at]?.values ?? []) })),
  }))
  return { comparisons, grids: first.grids }
}

function runOne(order: Order): Promise<Result> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL('run-one.ts', import.meta.url))
    const child = fork(path, [JSON.stringify(order)], { execArgv: ['--expose-gc'] })
    const stop = () => child.kill()
    process.once('exit', stop)
    let result: Result | undefined
    child.once('message', (message) => (result = message as Result))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('exit', stop)
      if (result === undefined) reject(new Error(`${order.name} failed (${signal ?? `exit code ${code}`}).`))
      else resolve(result)
    })
  })
}
