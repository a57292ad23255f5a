import type { Grid } from '../benchmark.ts'
import { curveGrid } from '../growth/curve-grid.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { usualFleet } from './fleet-plan.ts'
import { simulate } from './simulate.ts'
import type { ConfirmFigures, HotFigures, Storm, StormFigures } from './simulation-orders.ts'

export async function drawStorms(full: boolean): Promise<Grid> {
  const of = (target: Storm['of'], perSecond: number, workers = 1_000): readonly [Storm['of'], number, number] => [
    target,
    perSecond,
    workers,
  ]
  const storms = full
    ? [
        of('agents', 10),
        of('agents', 100),
        of('agents', 300),
        of('agents', 1_000),
        of('agents', 100, 100),
        of('ten agents', 100),
        of('agents', 1_000, 100),
        of('agents', 3_000, 100),
        of('agents', 10_000, 10),
        of('sessions', 100),
        of('sessions', 1_000, 100),
        of('sessions', 10_000, 10),
        of('all', 1),
      ]
    : [of('agents', 10), of('agents', 100)]
  const all = await Promise.all(
    storms.map(([target, perSecond, workers]) => {
      const simulated = Math.min(workers, perSecond > 300 ? 10 : full ? 50 : 20)
      const plan = { ...usualFleet, workers, simulated, wholeAgents: true, part: Math.min(1, (full ? 2 : 1) / workers) }
      return simulate<StormFigures>({ type: 'storm', of: target, perSecond, ms: full ? 5_000 : 2_000, plan })
    }),
  )
  return {
    title: 'Invalidations, by ten processes, while the fleet serves its usual traffic; one Redis',
    table: [
      [
        '',
        'workers',
        'messages/s',
        'MB/s',
        'Redis’s thread',
        'all have heard, p50',
        'p99',
        'refused',
        'entries valid for',
        'request p99',
        'built',
        'loads/s',
      ],
      ...storms.map(([target, perSecond, workers], at) => {
        const figures = all[at]!
        return [
          target === 'all' ? `${perSecond} a second of everything` : `${count(perSecond)} a second of ${target}`,
          count(workers),
          count(figures.messages),
          count(figures.megabytes),
          percent(figures.hub),
          inMs(figures.heardP50 ?? Infinity),
          inMs(figures.heardP99 ?? Infinity),
          percent(figures.refused),
          figures.validFor === undefined ? 'their time' : inMs(figures.validFor),
          inMs(figures.p99),
          percent(figures.build),
          count(figures.loads / (full ? 5 : 2)),
        ]
      }),
    ],
    notes: [
      'refused: not taken within storeTimeoutMs, so the promise rejects. A message is some 200 bytes to each worker. What is invalidated is built again when',
      'it is next asked for. Only 20 000 targets are remembered: with other ones all the time (sessions), what is older than the last 20 000 is invalid.',
    ],
    targets: [],
    figures: { storms, all },
  }
}

/** One invalidation that all workers confirm; and an agent with a tenth of all sessions that is edited. */
export async function drawOneEdit(full: boolean): Promise<Grid[]> {
  const sizes = full ? [10, 100, 300, 1_000, 2_000] : [10, 100]
  const confirmed = await Promise.all(
    sizes.map((workers) => simulate<ConfirmFigures>({ type: 'confirm', plan: { ...usualFleet, workers, simulated: workers } })),
  )
  const hotSizes = full ? [10, 100, 1_000, 3_000, 10_000] : [10, 100]
  const hot = await Promise.all(
    hotSizes.map((workers) =>
      simulate<HotFigures>({ type: 'hot', plan: { ...usualFleet, workers, simulated: Math.min(workers, full ? 500 : 100) } }),
    ),
  )
  const line = (name: string, of: (figures: ConfirmFigures) => number) => ({
    name,
    points: sizes.map((x, at) => ({ x, values: [of(confirmed[at]!)] })),
  })
  return [
    curveGrid({
      title: 'One invalidation with `confirm: true`',
      of: 'workers',
      unit: 'ms, or messages',
      lines: [
        line('until all have confirmed, ms', ({ ms }) => ms),
        line('messages', ({ messages }) => messages),
        line('Redis’s thread, ms', ({ hubMs }) => hubMs),
      ],
      notes: ['Nothing else goes on but heartbeats, which are part of what Redis’s thread does meanwhile.'],
    }),
    {
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
    },
  ]
}
