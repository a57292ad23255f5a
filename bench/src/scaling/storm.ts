import { createInvalidator, type InvalidationTarget } from 'rekindle'
import { percentile } from '../statistics.ts'
import { tagOf } from './agent-worker.ts'
import { figuresOf } from './figures-of.ts'
import type { FleetPlan } from './fleet-plan.ts'
import { type FleetFigures, SimulatedFleet } from './simulated-fleet.ts'
import type { ConfirmFigures, Storm, StormFigures } from './simulation-orders.ts'

const lateMs = 3_000
/** Processes in which agents are edited; they serve nobody. */
const editors = 10

/** Traffic, and invalidations by processes in which agents are edited. */
export async function storm(plan: FleetPlan, { perSecond, of, ms }: Storm): Promise<StormFigures> {
  const fleet = new SimulatedFleet(plan)
  await fleet.fill()
  const { time, random, population } = fleet
  const heard = listen(fleet)
  const invalidators = Array.from({ length: editors }, () =>
    createInvalidator({
      namespace: 'fleet-0',
      store: fleet.redis.store({ workers: 1, agents: 1, requests: 1 }),
      clock: time,
      configScope: ['agentId', 'reasoning'],
    }),
  )
  let refused = 0
  const invalidate = (count: number) => {
    const [name, target] = targetOf(of, count, () => {
      const agent = Math.floor(random() * plan.agents)
      // Those that are not in the sample have names, and nobody asks for them.
      return agent < population.agents ? `a${agent}` : `b${agent}`
    })
    heard.set(name, { at: time.elapsed, count: 0, ms: NaN })
    invalidators[count % editors]!.invalidate(target).catch(() => {
      refused++
      heard.delete(name)
    })
  }
  const all = Math.round((perSecond * ms) / 1_000)
  const began = time.elapsed
  for (let count = 0; count < all; count++) time.at(began + (count * 1_000) / perSecond, () => invalidate(count))
  fleet.traffic(ms)
  await time.run(ms)
  const figures = fleet.figures()
  const validFor = Math.min(...fleet.redis.nodes.map(({ keyspace }) => keyspace.validFor(time.exact)))
  await time.run(lateMs)
  // Who has never heard, of all, comes last.
  const times = [...heard.values()].map((told) => (Number.isNaN(told.ms) ? Infinity : told.ms))
  const heardBy = (part: number) => finite(percentile(times, part))
  return {
    ...figuresOf(fleet, figures),
    heardP50: heardBy(0.5),
    heardP99: heardBy(0.99),
    refused: refused / all,
    validFor: finite(validFor),
  }
}

interface Told {
  readonly at: number
  /** So many workers have heard of it. */
  count: number
  /** Until all had. */
  ms: number
}

/** Notes by the name of an invalidation, once it is in the map, when all workers have heard of it. */
function listen({ time, workers }: SimulatedFleet): Map<string, Told> {
  const heard = new Map<string, Told>()
  for (const worker of workers) {
    worker.onInvalidated((targets) => {
      for (const target of targets) {
        const told = heard.get(target)
        if (told !== undefined && ++told.count === workers.length) told.ms = time.elapsed - told.at
      }
    })
  }
  return heard
}

const finite = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)

/** And how the workers are told of it; of several, the first. */
function targetOf(of: Storm['of'], count: number, agentId: () => string): [name: string, target: InvalidationTarget] {
  if (of === 'all') return ['*', 'all']
  if (of === 'ten agents') {
    const tags = Array.from({ length: 10 }, () => tagOf(agentId()))
    return [`#${JSON.stringify(tags[0])}`, { tags }]
  }
  const target = of === 'agents' ? { agentId: agentId() } : { sessionId: `edited-${count}` }
  return [JSON.stringify(target), target]
}

/** One invalidation that resolves when all workers have said that they have seen it. Nothing else goes on. */
export async function confirm(plan: FleetPlan): Promise<ConfirmFigures> {
  const fleet = new SimulatedFleet({ ...plan, agents: 1, part: 1, sessions: 0, sticky: false })
  await fleet.fill()
  const began = fleet.time.elapsed
  let ms = NaN
  void fleet.workers[0]!.invalidate({ agentId: 'a0' }, true).then(
    () => (ms = fleet.time.elapsed - began),
    () => {},
  )
  const figures: FleetFigures[] = []
  while (Number.isNaN(ms) && fleet.time.elapsed - began < 10_000) {
    await fleet.time.run(100)
    figures.push(fleet.figures())
  }
  const sum = (of: (each: FleetFigures) => number) => figures.reduce((total, each) => total + of(each), 0)
  return {
    ms,
    messages: sum(({ nodes }) => nodes.reduce((total, { messages }) => total + messages, 0)),
    hubMs: sum(({ nodes }) => nodes[0]!.busyUs) / 1_000,
  }
}
