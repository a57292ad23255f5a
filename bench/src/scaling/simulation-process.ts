// Simulates fleets, one after the other. Time is not what it is elsewhere in this process: it is that of the latest.
import { obey } from '../fleet-process.ts'
import { rest, steady } from './calm.ts'
import { deadNode } from './dead-node.ts'
import { fault } from './fault.ts'
import { herd } from './herd.ts'
import { hotAgent } from './hot-agent.ts'
import type { Simulation } from './simulation-orders.ts'
import { simulateSmallFleet } from './small-fleet.ts'
import { confirm, storm } from './storm.ts'

obey((simulation: Simulation): Promise<unknown> => {
  switch (simulation.type) {
    case 'small':
      return simulateSmallFleet(simulation.ms, simulation.seed)
    case 'dead node':
      return deadNode(simulation.shards, simulation.together)
    case 'rest':
      return rest(simulation.plan, simulation.ms)
    case 'steady':
      return steady(simulation.plan, simulation.ms)
    case 'storm':
      return storm(simulation.plan, simulation)
    case 'confirm':
      return confirm(simulation.plan)
    case 'herd':
      return herd(simulation.plan, simulation)
    case 'fault':
      return fault(simulation.plan, simulation)
    case 'hot':
      return hotAgent(simulation.plan)
  }
})
