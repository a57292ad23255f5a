import { setTimeout as delay } from 'node:timers/promises'
import type { Grid } from './benchmark.ts'
import type { CacheName } from './fleet-caches.ts'
import { callsAtOnce, type Storm, storm, stormSize } from './fleet-storm.ts'
import { Fleet, type FleetWorker } from './fleet.ts'
import { figure, times } from './report.ts'
import { median, ratioOf } from './statistics.ts'

/** Their memory hears of nothing: shown, not measured. */
const untold: readonly CacheName[] = ['cache-manager, memory and Redis', 'cachified, lru-cache and Redis']
const withoutMemory: CacheName = 'async-cache-dedupe, Redis'
const waitMs = 1_000

interface Stormed {
  readonly name: string
  readonly ofOne: Storm[]
  readonly ofEight: Storm[]
}

/** How many invalidations a second all workers take note of, and what a memory hit costs meanwhile. */
export async function drawStorms(fleets: readonly Fleet[], rounds: number, redisPort: number): Promise<Grid> {
  const others = fleets[0]!.workers.length - 1
  const rows = fleets.map((fleet) => ({ fleet, name: fleet.cache, ofOne: [] as Storm[], ofEight: [] as Storm[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { fleet, ofOne, ofEight } of rows) {
      ofOne.push(await storm(fleet, 1))
      ofEight.push(await storm(fleet, others))
    }
  }
  const words: string[][] = []
  for (const name of untold) words.push([name, await stillServed(name, redisPort), '–', '–', '–'])
  words.push([withoutMemory, await askedEachTime(withoutMemory, redisPort), '–', '–', '–'])
  return {
    title: `Invalidations per second, ${others + 1} workers (medians of ${rounds} rounds)`,
    table: [
      ['', 'by one worker', `by ${others} at once`, 'a memory hit, quiet', `while ${others} invalidate`],
      ...rows.map(cells),
      ...words,
    ],
    notes: [
      `${stormSize} agents that all ${others + 1} workers have in memory are invalidated, by each who does so ${callsAtOnce} at once; from the first call to when`,
      'the last worker no longer has the last of them. Memory is looked at once a millisecond. Each invalidation is of one agent.',
      'A memory hit is awaited; a few are taken together every 2 ms, in a process that is idle between, which makes each dearer.',
      'All nine processes share the cores named above: an invalidation is carried out by one and heard by eight.',
    ],
    targets: [],
    figures: rows.map(({ name, ofOne, ofEight }): Stormed => ({ name, ofOne, ofEight })),
  }
}

function cells({ name, ofOne, ofEight }: Stormed): string[] {
  const of = (storms: readonly Storm[], figureOf: (storm: Storm) => number) => storms.map(figureOf)
  const perSecond = (storms: readonly Storm[]) => figure(median(of(storms, (one) => one.perSecond)))
  const quiet = of(ofEight, ({ quietHitNs }) => quietHitNs)
  const meanwhile = of(ofEight, ({ hitNs }) => hitNs)
  return [
    name,
    perSecond(ofOne),
    perSecond(ofEight),
    `${figure(median(quiet))} ns`,
    `${figure(median(meanwhile))} ns (${times(ratioOf(meanwhile, quiet).median)})`,
  ]
}

async function stillServed(name: CacheName, redisPort: number): Promise<string> {
  const told = await withTwo(name, redisPort, async (editor, other) => {
    await editor.order({ type: 'fill', agentIds: [agentId] })
    await other.order({ type: 'fill', agentIds: [agentId] })
    await invalidateBy(editor)
    await delay(waitMs)
    return !(await other.order<boolean>({ type: 'has', agentId }))
  })
  return told ? 'others are told' : `others not told: still served after ${waitMs / 1_000} s`
}

async function askedEachTime(name: CacheName, redisPort: number): Promise<string> {
  const kept = await withTwo(name, redisPort, async (editor, other) => {
    await editor.order({ type: 'ask', ...oneCaller })
    await other.order({ type: 'ask', ...oneCaller })
    await invalidateBy(editor)
    return (await other.order<{ readonly loads: number }>({ type: 'ask', ...oneCaller })).loads === 0
  })
  return kept ? 'still served after it was invalidated' : 'nobody to tell: each read asks Redis'
}

const agentId = 'agent-900001'
const oneCaller = { agentId, callers: 1, at: 0, loadMs: 0, withinMs: 10_000 } as const

function invalidateBy(editor: FleetWorker): Promise<unknown> {
  return editor.order({ type: 'invalidate', agentIds: [agentId], confirm: false, atOnce: 1, pauseMs: 0 })
}

async function withTwo<Result>(
  name: CacheName,
  redisPort: number,
  look: (editor: FleetWorker, other: FleetWorker) => Promise<Result>,
): Promise<Result> {
  const fleet = await Fleet.start(name, 2, redisPort)
  try {
    return await look(fleet.workers[0]!, fleet.workers[1]!)
  } finally {
    fleet.end()
  }
}
