import type { Grid } from '../benchmark.ts'
import { curveGrid } from '../growth/curve-grid.ts'
import { simulate } from './simulate.ts'
import type { DeadNodeFigures } from './simulation-orders.ts'

/** How many reads one dead node of a cluster makes fail, if several are sent together. */
export async function drawDeadNode(): Promise<Grid> {
  const together = [1, 2, 8, 32, 128]
  const clusters = [3, 8, 32]
  const all = await Promise.all(clusters.map((shards) => simulate<DeadNodeFigures>({ type: 'dead node', shards, together })))
  return curveGrid({
    title: 'A node of a cluster is dead: reads of configs that fail',
    of: 'reads in one turn of the event loop',
    unit: '% of them',
    lines: clusters.map((shards, at) => ({
      name: `a cluster of ${shards}`,
      points: together.map((x, index) => ({ x, values: [all[at]!.failures[index]! * 100] })),
    })),
    notes: ['Its own share, however many are read at once.'],
  })
}
