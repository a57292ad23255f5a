import { type FleetPlan, usualFleet } from './fleet-plan.ts'
import { figuresOf } from './figures-of.ts'
import { SimulatedFleet } from './simulated-fleet.ts'

/** Small enough to be real, too, and to be simulated in full. It begins with nothing. */
export const smallFleet: FleetPlan = {
  ...usualFleet,
  workers: 3,
  simulated: 3,
  part: 1,
  agents: 100,
  sessions: 1_000,
  turnEveryMs: 2_000,
  sessionMs: 4_000,
  loadMs: 20,
}

/** One of its workers invalidates an agent so often. */
export const editEveryMs = 500

/** Of both, in `ms`; commands as Redis counts them. */
export interface SmallFigures {
  readonly requests: number
  readonly memory: number
  readonly loads: number
  readonly commands: Readonly<Record<'mget' | 'evalsha' | 'set' | 'publish' | 'ping', number>>
  readonly redisMs: number
}

export async function simulateSmallFleet(ms: number, seed: number): Promise<SmallFigures> {
  const fleet = new SimulatedFleet({ ...smallFleet, seed })
  await fleet.begin()
  fleet.traffic(ms)
  for (let at = editEveryMs; at < ms; at += editEveryMs)
    fleet.time.after(
      at,
      () => void fleet.workers[0]!.invalidate({ agentId: `a${Math.floor(fleet.random() * smallFleet.agents)}` }),
    )
  await fleet.time.run(ms)
  const { requests, memory, commands, hub, loads } = figuresOf(fleet)
  const sum = (...kinds: string[]) => (kinds.reduce((total, kind) => total + (commands[kind] ?? 0), 0) * ms) / 1_000
  return {
    requests: (requests * ms) / 1_000,
    memory: (memory * requests * ms) / 1_000,
    loads,
    commands: {
      mget: sum('read', 'read config'),
      evalsha: sum('look', 'sync', 'claim', 'claim, to wait', 'release', 'invalidate'),
      set: sum('write'),
      publish: sum('message'),
      ping: sum('ping'),
    },
    redisMs: hub * ms,
  }
}
