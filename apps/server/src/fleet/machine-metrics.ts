import { Gauge, Registry } from 'prom-client'
import type { WorkersStats } from 'rekindle'
import { prometheusMetrics } from 'rekindle/prometheus'
import { z } from 'zod'
import { areOnOneMachine } from './machine.ts'

/** Of what a worker says of its process. */
const processShape = z.object({
  rssBytes: z.number(),
  eventLoopDelayMs: z.number(),
  turns: z.number(),
  sockets: z.number(),
})

const gauges: readonly {
  readonly name: string
  readonly help: string
  readonly of: (about: z.output<typeof processShape>) => number
}[] = [
  { name: 'resident_memory_bytes', help: 'Memory of the process.', of: ({ rssBytes }) => rssBytes },
  {
    name: 'event_loop_delay_seconds',
    help: '99 % of the timers of the last five seconds were late by at most this.',
    of: ({ eventLoopDelayMs }) => eventLoopDelayMs / 1_000,
  },
  { name: 'turns', help: 'Turns in progress.', of: ({ turns }) => turns },
  { name: 'sockets', help: 'WebSockets.', of: ({ sockets }) => sockets },
]

/** What the workers of the machine of `here` count, as Prometheus reads it. Whoever is on another machine is to be asked there. */
export async function machineMetrics({ workers, silent, unreachable }: WorkersStats, here: string): Promise<string> {
  const own = workers.filter(({ worker }) => areOnOneMachine(worker, here))
  // Of this scrape alone: another one may see other workers.
  const registry = new Registry()
  const registers = [registry]
  prometheusMetrics(() => own.map(({ stats }) => stats), { registry })
  const said = own.flatMap(({ worker, stats: { namespace }, about }) => {
    const { data } = processShape.safeParse(about)
    return data === undefined ? [] : [{ labels: { namespace, worker }, about: data }]
  })
  for (const { name, help, of } of gauges) {
    const gauge = new Gauge({ name: `rekindle_server_${name}`, help, labelNames: ['namespace', 'worker'], registers })
    for (const { labels, about } of said) gauge.set(labels, of(about))
  }
  const help = 'Workers of this machine that did not answer: their numbers are missing.'
  new Gauge({ name: 'rekindle_server_silent_workers', help, registers }).set(
    silent.filter((worker) => areOnOneMachine(worker, here)).length,
  )
  const away = '1 if the store did not say which workers there are, so that these are the numbers of one of them alone.'
  new Gauge({ name: 'rekindle_server_workers_unknown', help: away, registers }).set(unreachable ? 1 : 0)
  return registry.metrics()
}
