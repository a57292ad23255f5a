import { join } from 'node:path'
import type { Grid } from '../benchmark.ts'
import { OrderedProcess } from '../fleet-process.ts'
import { curveGrid, growthTarget, lineOf, type Line, Lines, ratioOfGrowth, spaced } from './curve-grid.ts'
import { type Costs, memoryLines, type MemoryOrder } from './memory-orders.ts'

const warmUps = 3
const from = 1_000

/** Memory hits, and misses at full capacity, with few agents and with many. Each number of agents has a process of its own. */
export async function drawMemoryGrowth(sizes: readonly number[], rounds: number): Promise<Grid> {
  const processes = sizes.map((size) => ({ size, process: newProcess() }))
  const stop = () => processes.forEach(({ process: each }) => each.kill())
  process.once('exit', stop)
  const lines = new Lines()
  try {
    for (const { size, process: each } of processes) await each.order({ type: 'fill', agents: size })
    for (const type of ['hits', 'misses'] as const) {
      for (let round = -warmUps; round < rounds; round++) {
        for (const { size, process: each } of processes) {
          const costs = await each.order<Costs>({ type })
          if (round >= 0) for (const [name, ns] of Object.entries(costs)) lines.add(name, size, ns)
        }
      }
    }
  } finally {
    stop()
    process.off('exit', stop)
  }
  return drawn(lines.all(), sizes.at(-1)!)
}

function drawn(lines: readonly Line[], most: number): Grid {
  const named = (name: keyof typeof memoryLines) => lineOf(lines, memoryLines[name])
  const beyondMap = ratioOfGrowth(named('present'), named('map'), from, most)
  return curveGrid({
    title: 'Agents live in memory: an operation',
    of: 'agents',
    unit: 'ns',
    lines,
    from,
    targets: (['present', 'leased', 'busyPresent', 'busyLeased', 'miss'] as const).map((name) =>
      growthTarget(named(name), from, most, 1.5),
    ),
    notes: [
      'Any agent at random: with many of them hardly one is in the caches of the processor. Keys are new objects with new strings, which',
      `are hashed when they are first used. From ${spaced(from)} to ${spaced(most)} agents getIfPresent grows ${beyondMap} times as much as a Map, which pays`,
      'the same for memory that is far away. "The same 1 000 asked for": however many there are, a thousand are busy, and the others idle.',
      'Misses: capacity is full, config and agent take next to no time to load and to make. A Map has no capacity.',
      'Each number of agents has a process of its own; they are measured in turns.',
    ],
  })
}

function newProcess(): OrderedProcess<MemoryOrder> {
  return new OrderedProcess(join(import.meta.dirname, 'memory-process.ts'), ['--expose-gc', '--max-old-space-size=4096'])
}
