import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Comparison } from '../benchmark.ts'
import { OrderedProcess } from '../fleet-process.ts'
import type { HeapOrder } from './heap-orders.ts'
import { type KeeperName, keepers } from './keepers.ts'

const path = join(import.meta.dirname, 'heap-process.ts')
const withoutStore: KeeperName = 'rekindle'
const withStore: KeeperName = 'rekindle with a store (Redis)'

/** What keeping an agent costs in memory, beyond the agent and the strings of its key. */
export function heapComparison(agents: number, rounds: number, redisPort: number): Comparison {
  const names = Object.keys(keepers) as KeeperName[]
  return {
    title: `Memory for keeping an idle live agent, of ${agents.toLocaleString('en').replaceAll(',', ' ')}`,
    rounds,
    unit: 'bytes',
    baseline: 'lru-cache, TTL',
    contestants: names.map((name) => ({ name, round: () => bytesPerAgent(name, agents, redisPort) })),
    targets: [
      { of: withoutStore, atMost: 300 },
      { of: withStore, atMost: 300 },
    ],
    notes: [
      'Bytes per agent that a process has more in use, on its heap and in typed arrays, after it has put them all into a cache; the agents and',
      'the strings of their keys were there before, and garbage is collected. Each figure is from a process of its own.',
      'All have room for just as many. Peers have one string per key; Rekindle has four ids, by each of which it can invalidate,',
      'and is given a new object with them for each agent.',
    ],
  }
}

async function bytesPerAgent(keeper: KeeperName, agents: number, redisPort: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'rekindle-bench-'))
  const worker = new OrderedProcess<HeapOrder>(path, ['--expose-gc', '--max-old-space-size=2048'])
  const end = () => {
    worker.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', end)
  try {
    return await worker.order<number>({ keeper, agents, ground: { redisPort, sqlitePath: join(folder, 'configs.db') } })
  } finally {
    process.off('exit', end)
    end()
  }
}
