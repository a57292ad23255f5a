import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Grid, Scale } from './benchmark.ts'
import type { Machine } from './machine.ts'
import type { Summary } from './report.ts'

/** What `bench/results/` has of a benchmark. */
export interface Recorded {
  readonly at: string
  readonly machine: Machine
  readonly scale: Scale
  readonly comparisons: readonly Summary[]
  readonly grids?: readonly Grid[]
}

const folder = new URL('../results/', import.meta.url)

/** A first impression replaces nothing that charts and tables are made of. */
export function writeRecorded(name: string, recorded: Recorded, isQuick: boolean): void {
  const place = isQuick ? new URL('quick/', folder) : folder
  mkdirSync(place, { recursive: true })
  writeFileSync(new URL(`${name}.json`, place), `${compact(recorded)}\n`)
}

/** `undefined` if it has not been run. */
export function readRecorded(name: string): Recorded | undefined {
  const path = new URL(`${name}.json`, folder)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Recorded) : undefined
}

/** A list of numbers in a line, of six digits each: no measurement here has more. */
function compact(recorded: Recorded): string {
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(6)) : value)
  return JSON.stringify(recorded, rounded, 1).replaceAll(/\[[\s\d.,e+-]+\]/g, (list) => list.replaceAll(/\s+/g, ' '))
}
