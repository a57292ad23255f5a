import { figuresOf } from './figures-of.ts'
import { SimulatedFleet } from './simulated-fleet.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { Figures } from './simulation-orders.ts'

/** A fleet that serves nobody: each worker has had one request, in each namespace. */
export async function rest(plan: FleetPlan, ms: number): Promise<Figures> {
  const fleet = new SimulatedFleet({ ...plan, agents: plan.namespaces, part: 1, sessions: 0, sticky: false })
  await fleet.fill()
  await fleet.time.run(ms)
  return figuresOf(fleet)
}

/** A fleet that has been up for long, under its usual traffic. */
export async function steady(plan: FleetPlan, ms: number): Promise<Figures> {
  const fleet = new SimulatedFleet(plan)
  await fleet.fill()
  fleet.traffic(ms)
  await fleet.time.run(ms)
  return figuresOf(fleet)
}
