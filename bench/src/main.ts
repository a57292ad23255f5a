// `npm run bench`: measures, prints tables, and writes the figures to bench/results/.
//   --only=name[,name]   memory-sync, memory-awaited, config-redis, config-sqlite, builds, invalidation, validity
//   --quick              a first impression within seconds
import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Measured, Scale } from './benchmark.ts'
import { benchmarks, runOnce } from './benchmarks.ts'
import { describeMachine } from './machine.ts'
import { render, summarize } from './report.ts'
import type { Order } from './run-one.ts'

const { values: options } = parseArgs({ options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } } })
const scale: Scale = options.quick ? { rounds: 5, processes: 1, batchMs: 5 } : { rounds: 11, processes: 3, batchMs: 20 }
const names = options.only?.split(',') ?? Object.keys(benchmarks)
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

const results = new URL('../results/', import.meta.url)
mkdirSync(results, { recursive: true })
const missed: string[] = []
for (const name of names) {
  const own = runOnce.has(name) ? { ...scale, processes: 1 } : scale
  const measured = await measure(name, own)
  for (const comparison of measured) console.log(`\n${render(comparison)}`)
  for (const { targets } of measured.map(summarize)) missed.push(...targets.filter(({ met }) => !met).map(({ text }) => text))
  write(name, measured, own)
}
console.log(missed.length === 0 ? '\nNo target is missed.' : `\nMissed:\n  ${missed.join('\n  ')}`)

/** The same comparisons from several processes, as one. */
async function measure(name: string, scale: Scale): Promise<readonly Measured[]> {
  const runs: (readonly Measured[])[] = []
  for (let run = 0; run < scale.processes; run++) runs.push(await runOne({ name, scale }))
  return (runs[0] ?? []).map((comparison, index) => ({
    ...comparison,
    rows: comparison.rows.map((row, at) => ({ ...row, values: runs.flatMap((run) => run[index]?.rows[at]?.values ?? []) })),
  }))
}

function runOne(order: Order): Promise<readonly Measured[]> {
  return new Promise((resolve, reject) => {
    const path = fileURLToPath(new URL('run-one.ts', import.meta.url))
    const child = fork(path, [JSON.stringify(order)], { execArgv: ['--expose-gc'] })
    const stop = () => child.kill()
    process.once('exit', stop)
    let measured: readonly Measured[] | undefined
    child.once('message', (message) => (measured = message as readonly Measured[]))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('exit', stop)
      if (measured === undefined) reject(new Error(`${order.name} failed (${signal ?? `exit code ${code}`}).`))
      else resolve(measured)
    })
  })
}

function write(name: string, measured: readonly Measured[], scale: Scale): void {
  const text = JSON.stringify({ at: new Date().toISOString(), machine, scale, comparisons: measured.map(summarize) }, null, 2)
  writeFileSync(new URL(`${name}.json`, results), `${text}\n`)
}
