import { figuresOf } from './figures-of.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { type FleetFigures, SimulatedFleet } from './simulated-fleet.ts'
import type { Fault, FaultFigures, Figures } from './simulation-orders.ts'

const faultMs = 5_000
const stepMs = 1_000
const afterMs = 30_000

/** Traffic before, while a server fails for 5 s, and after. */
export async function fault(plan: FleetPlan, { what, node: at }: Fault): Promise<FaultFigures> {
  const fleet = new SimulatedFleet(plan)
  await fleet.fill()
  const { time, redis } = fleet
  fleet.traffic(2 * faultMs + afterMs)
  await time.run(faultMs)
  const usual = fleet.figures()
  const before = figuresOf(fleet, usual)
  const node = redis.nodes[at === 'clock' ? 0 : medianOf(usual.nodes)]!

  if (what === 'fails over') node.die()
  else if (what === 'hangs') node.hang()
  else node.slowness = 10
  await time.run(faultMs)
  const during = figuresOf(fleet)

  if (what === 'fails over') node.keyspace.failOver(true)
  node.slowness = 1
  node.resume()
  let recoveredAfterMs = 0
  const parts: Figures[] = []
  for (let ms = stepMs; ms <= afterMs; ms += stepMs) {
    await time.run(stepMs)
    const part = figuresOf(fleet)
    if (part.loads > 2 * Math.max(1, before.loads / (faultMs / stepMs))) recoveredAfterMs = ms
    parts.push(part)
  }
  return { before, during, after: worstOf(parts), recoveredAfterMs }
}

/** Of those without the clock, which one does neither more nor less than the others: what few agents there are lie unevenly. */
function medianOf(nodes: FleetFigures['nodes']): number {
  const others = nodes.map(({ busyUs }, at) => ({ busyUs, at })).slice(1)
  return others.toSorted((one, other) => one.busyUs - other.busyUs)[Math.floor(others.length / 2)]!.at
}

/** Of each figure the highest, but what was loaded in all. */
function worstOf(parts: readonly Figures[]): Figures {
  const first = parts[0]!
  const highest = (of: (part: Figures) => number) => Math.max(...parts.map(of))
  return {
    ...first,
    hub: highest(({ hub }) => hub),
    other: highest(({ other }) => other),
    peak: highest(({ peak }) => peak),
    p99: highest(({ p99 }) => p99),
    slowest: highest(({ slowest }) => slowest),
    mostLoadsAtOnce: highest(({ mostLoadsAtOnce }) => mostLoadsAtOnce),
    loads: parts.reduce((total, { loads }) => total + loads, 0),
  }
}
