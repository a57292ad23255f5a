import { join } from 'node:path'
import { OrderedProcess } from '../fleet-process.ts'
import type { Simulation } from './simulation-orders.ts'

/** At once: one for each core of a small machine. */
const most = 2

const all: OrderedProcess<Simulation>[] = []
const free: OrderedProcess<Simulation>[] = []
const waiting: ((one: OrderedProcess<Simulation>) => void)[] = []
process.once('exit', endSimulations)

/** What one fleet comes to, in a process whose time is the simulation's. */
export async function simulate<Figures>(simulation: Simulation): Promise<Figures> {
  const one =
    free.pop() ??
    (all.length < most ? start() : await new Promise<OrderedProcess<Simulation>>((resolve) => waiting.push(resolve)))
  try {
    return await one.order<Figures>(simulation)
  } finally {
    const next = waiting.shift()
    if (next === undefined) free.push(one)
    else next(one)
  }
}

function start(): OrderedProcess<Simulation> {
  const path = join(import.meta.dirname, 'simulation-process.ts')
  const one = new OrderedProcess<Simulation>(path, ['--max-semi-space-size=64', '--max-old-space-size=6144'])
  all.push(one)
  return one
}

/** Safe at any time, and twice. */
export function endSimulations(): void {
  for (const one of all) one.kill()
}
