import { percentile } from '../statistics.ts'
import type { FleetFigures, SimulatedFleet } from './simulated-fleet.ts'
import type { Figures } from './simulation-orders.ts'

/** Of a fleet since it was last asked. */
export function figuresOf(fleet: SimulatedFleet, now: FleetFigures = fleet.figures()): Figures {
  const { nodes, served, ms } = now
  const { workers, simulated } = fleet.plan
  const seconds = ms / 1_000
  const hubs = Math.min(fleet.plan.namespaces, nodes.length)
  const busy = nodes.map(({ busyUs }) => busyUs / 1_000 / ms)
  const commands: Record<string, number> = {}
  for (const node of nodes)
    for (const [kind, count] of Object.entries(node.commands)) commands[kind] = (commands[kind] ?? 0) + count / seconds
  const from = (source: string) => served.filter((one) => one.source === source).length / Math.max(1, served.length)
  const times = served.map((one) => one.ms)
  return {
    hub: Math.max(...busy.slice(0, hubs)),
    other: Math.max(0, ...busy.slice(hubs)),
    peak: Math.max(...nodes.map(({ peakUs }) => peakUs)) / 1e6,
    connections: (Math.max(...fleet.redis.nodes.map(({ connections }) => connections.size)) * workers) / simulated,
    commands,
    messages: nodes.reduce((total, { messages }) => total + messages, 0) / seconds,
    megabytes: nodes.reduce((total, { bytes }) => total + bytes, 0) / seconds / 1e6,
    requests: (served.length * fleet.requestWeight) / seconds,
    memory: from('memory'),
    config: from('config'),
    build: from('build'),
    failed: from('failed'),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    slowest: Math.max(0, ...times),
    loads: now.loads,
    mostLoadsAtOnce: now.mostLoadsAtOnce,
  }
}
