import { figuresOf } from './figures-of.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { SimulatedFleet } from './simulated-fleet.ts'
import type { HotFigures } from './simulation-orders.ts'

const ms = 10_000

/**
 * One agent with a tenth of all sessions is edited, and invalidated. Only its sessions are simulated, each of which has a live agent
 * until then, so nothing but what follows from the edit reaches Redis.
 */
export async function hotAgent(plan: FleetPlan): Promise<HotFigures> {
  const fleet = new SimulatedFleet({ ...plan, agents: 1, part: 1, sessions: plan.sessions / 10 })
  await fleet.fillStore()
  const { time, workers } = fleet
  fleet.version++
  const edited = time.elapsed
  void workers[0]!.invalidate({ agentId: 'a0' })
  fleet.traffic(ms)
  await time.run(ms)
  const now = fleet.figures()
  const renewed = now.served.filter(({ version }) => version === fleet.version)
  const figures = figuresOf(fleet, now)
  return {
    ...figures,
    builds: now.loads,
    waited: (figures.commands['claim, to wait'] ?? 0) * (now.ms / 1_000),
    firstMs: Math.min(...renewed.map(({ at, ms: took }) => at + took)) - edited,
    readsPerSecond: figures.commands['read'] ?? 0,
  }
}
