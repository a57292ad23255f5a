import type { Grid } from '../benchmark.ts'
import { curveGrid } from '../growth/curve-grid.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { ConfirmFigures, HotFigures } from './simulation-orders.ts'

/** One invalidation that all workers confirm. */
export async function drawConfirmed(full: boolean): Promise<Grid> {
  const sizes = full ? [10, 100, 300, 1_000, 2_000] : [10, 100]
  const confirmed = await Promise.all(
    sizes.map((workers) => simulate<ConfirmFigures>({ type: 'confirm', plan: { ...usualFleet, workers, simulated: workers } })),
  )
  const line = (name: string, of: (figures: ConfirmFigures) => number) => ({
    name,
    points: sizes.map((x, at) => ({ x, values: [of(confirmed[at]!)] })),
  })
  return curveGrid({
    title: 'One invalidation with `confirm: true`',
    of: 'workers',
    unit: 'ms, or messages',
    lines: [
      line('until all have confirmed, ms', ({ ms }) => ms),
      line('messages', ({ messages }) => messages),
      line('Redis’s thread, ms', ({ hubMs }) => hubMs),
    ],
    notes: ['Nothing else goes on but heartbeats, which are part of what Redis’s thread does meanwhile.'],
  })
}

/** An agent with a tenth of all sessions is edited. */
export async function drawHotAgent(full: boolean): Promise<Grid> {
  const hotSizes = full ? [10, 100, 1_000, 3_000, 10_000] : [10, 100]
  const hot = await Promise.all(
    hotSizes.map((workers) =>
      simulate<HotFigures>({ type: 'hot', plan: { ...usualFleet, workers, simulated: Math.min(workers, full ? 500 : 100) } }),
    ),
  )
  return {
    title: 'An agent with a tenth of all sessions is edited; the ten seconds after',
    table: [
      [
        'workers',
        'its sessions',
        'builds',
        'workers that waited for it',
        'first with the new one',
        'p50',
        'p99',
        'reads/s',
        'Redis’s thread',
      ],
      ...hotSizes.map((workers, at) => {
        const figures = hot[at]!
        return [
          count(workers),
          count((workers * usualFleet.sessions) / 10),
          count(figures.builds),
          count(figures.waited),
          inMs(figures.firstMs),
          inMs(figures.p50),
          inMs(figures.p99),
          count(figures.readsPerSecond),
          percent(figures.hub),
        ]
      }),
    ],
    notes: [
      'Loading takes 200 ms, about. Every session had a live agent, which goes; its next request, within ten minutes, makes another from the config.',
    ],
    targets: [],
    figures: { hotSizes, hot },
  }
}
