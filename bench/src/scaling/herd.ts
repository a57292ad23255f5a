import { figuresOf } from './figures-of.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { SimulatedFleet } from './simulated-fleet.ts'
import type { Figures, Herd } from './simulation-orders.ts'

/** All workers are replaced, one after the other, by such that have nothing in memory; sessions go on. */
export async function herd(plan: FleetPlan, { withinMs, ms, newVersion }: Herd): Promise<Figures> {
  const fleet = new SimulatedFleet(plan)
  await fleet.fillStore()
  const { workers, time, random } = fleet
  const began = time.elapsed
  const successors = workers.map(() => fleet.newWorker(newVersion ? { configVersion: '2' } : {}))
  for (const [index, successor] of successors.entries()) {
    time.at(began + (withinMs * (index + random())) / workers.length, () => {
      const old = workers[index]!
      workers[index] = successor
      void old.close()
    })
  }
  fleet.traffic(ms)
  await time.run(ms)
  return figuresOf(fleet)
}
