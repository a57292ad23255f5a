import { createAgentCache } from 'rekindle'
import { createAdvisor } from 'rekindle/advisor'
import { ManualClock, MemoryStore } from 'rekindle/testing'
import type { Grid, Verdict } from '../benchmark.ts'
import { randomOf } from './random.ts'

const minute = 60_000
const target = 0.9
const bounds = { minTtlMs: 2 * minute, maxTtlMs: 240 * minute, target }

interface Phase {
  readonly name: string
  readonly agents: number
  readonly thinkMs: number
}

const phases: readonly Phase[] = [
  { name: '100 agents, asked for every 2 minutes', agents: 100, thinkMs: 2 * minute },
  { name: 'every 5 minutes', agents: 100, thinkMs: 5 * minute },
  { name: '200 agents', agents: 200, thinkMs: 5 * minute },
  { name: 'every 2 minutes again', agents: 200, thinkMs: 2 * minute },
]
const phaseMs = 240 * minute
const measuredMs = 90 * minute

interface Tuned {
  readonly share: number
  readonly ttlMs: number
  readonly changes: number
}

/** A real cache and a manual clock: what it comes to in the last part of each phase. */
async function tune(stored: boolean, seed: number): Promise<Tuned[]> {
  const clock = new ManualClock()
  const random = randomOf(seed)
  const cache = createAgentCache({
    namespace: 'tuned',
    clock,
    random,
    configTtlMs: 10 * minute,
    maxStalenessMs: 1e9,
    live: { maxAgents: 10_000 },
    ...(stored && { store: new MemoryStore({ clock }) }),
    advisor: createAdvisor({ autoTune: bounds }),
    loadConfig: ({ agentId }) => ({ agentId }),
    createAgent: (config) => config,
  })
  let changes = 0
  cache.on('tuned', () => changes++)
  const tuned: Tuned[] = []
  for (const { agents, thinkMs } of phases) {
    changes = 0
    const end = clock.now() + phaseMs
    let before: ReturnType<typeof cache.stats>['served'] | undefined
    while (clock.now() < end) {
      if (clock.now() >= end - measuredMs) before ??= cache.stats().served
      await clock.advance(Math.max(1, Math.round((-Math.log(1 - random()) * thinkMs) / agents)))
      const agentId = `${Math.floor(random() * agents)}`
      await cache.use({ agentId, userId: '', sessionId: '', reasoning: false }, () => {})
    }
    const { served, settings } = cache.stats()
    const builds = served.build - before!.build
    const others = served.memory + served.config - before!.memory - before!.config
    tuned.push({ share: others / (others + builds), ttlMs: settings.configTtlMs, changes })
  }
  await cache.close({ drainMs: 0 })
  return tuned
}

export async function drawTuning(): Promise<Grid> {
  const runs = [
    { name: 'with a store', tuned: await tune(true, 1) },
    { name: 'without', tuned: await tune(false, 2) },
  ]
  const lines = runs.flatMap(({ name, tuned }) =>
    tuned.map(({ share, ttlMs, changes }, at) => [
      `${name}: ${phases[at]!.name}`,
      `${(100 * share).toFixed(1)} %`,
      `${(100 * (share - target)).toFixed(1)} points`,
      `${Math.round(ttlMs / minute)} min`,
      `${changes}`,
    ]),
  )
  const targets = runs.map(({ name, tuned }): Verdict => {
    const worst = Math.max(...tuned.map(({ share }) => 100 * Math.abs(share - target)))
    return { met: worst <= 2, text: `${name}: at most ${worst.toFixed(1)} points from the target after each shift; target ≤ 2` }
  })
  return {
    title: `a cache that tunes itself, target ${100 * target} % of requests without a full build`,
    table: [['', 'measured', 'from target', 'time to live then', 'changes'], ...lines],
    notes: [`Four hours each, of which the last ${measuredMs / minute} minutes are measured. It begins with 10 minutes.`],
    targets,
    figures: runs,
  }
}
