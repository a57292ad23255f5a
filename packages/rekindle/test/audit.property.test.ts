import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditFinding } from '../src/index.ts'
import { ManualClock, MemoryStore, settle } from '../src/testing/index.ts'
import { TestAgents } from './test-agents.ts'
import { sharing } from '../src/store/index.ts'

/** Audits of two workers while agents are served and edited. Time, and when what is loaded arrives, are the test's own. */

const ttlMs = 10_000
/** How long after an edit the editor has invalidated it, at the latest: a moment before the audit gives up waiting for that. */
const editorMs = 1_999

interface Load {
  readonly agentId: string
  readonly begunWith: number
  readonly land: (version: number) => void
}

class World {
  readonly clock = new ManualClock()
  readonly findings: ({ agentId: string | undefined } & AuditFinding)[] = []
  readonly workers: readonly TestAgents[]
  readonly versions = new Map<string, number>()
  readonly loads: Load[] = []
  /** By agent: until when its last edit is to be invalidated. */
  readonly owed = new Map<string, number>()

  constructor() {
    const memory = new MemoryStore({ clock: this.clock })
    const worker = (deaf: boolean, maxAgents: number) => {
      const connect = (namespace: string) => ({ ...memory.connect(namespace), ...(deaf && { listen: () => () => {} }) })
      const agents = new TestAgents({
        clock: this.clock,
        store: { name: 'memory', connect, sharing },
        auditRate: 1,
        random: () => 0,
        configTtlMs: ttlMs,
        staleWhileRevalidateMs: 3_000,
        buildTimeoutMs: 1e9,
        live: { maxAgents },
      })
      agents.load = async ({ agentId }) => {
        const begun = { agentId: agentId!, begunWith: this.versionOf(agentId!) }
        const version = await new Promise<number>((land) => this.loads.push({ ...begun, land }))
        return { name: agentId!, version }
      }
      agents.cache.on('audited', ({ key, ...finding }) => this.findings.push({ agentId: key.agentId, ...finding }))
      return agents
    }
    // One keeps agents in memory. The other asks the store each time, and hears nothing of invalidations unless it asks.
    this.workers = [worker(false, 100), worker(true, 0)]
  }

  versionOf(agentId: string): number {
    return this.versions.get(agentId) ?? 1
  }

  edit(agentId: string): void {
    this.versions.set(agentId, this.versionOf(agentId) + 1)
  }

  async invalidate(agentId: string, by: number): Promise<void> {
    this.owed.delete(agentId)
    await this.workers[by]!.cache.invalidate({ agentId })
  }

  /** The source was read at some time between begin and end: at the one or the other. */
  land(which: number, late: boolean): void {
    const [load] = this.loads.splice(which % Math.max(1, this.loads.length), 1)
    load?.land(late ? this.versionOf(load.agentId) : load.begunWith)
  }

  /** The editor keeps its promise meanwhile. */
  async wait(ms: number): Promise<void> {
    const end = this.clock.now() + ms
    for (;;) {
      const [due] = [...this.owed].toSorted(([, one], [, other]) => one - other)
      if (due === undefined || due[1] > end) break
      await this.clock.advance(due[1] - this.clock.now())
      await this.invalidate(due[0], 0)
    }
    await this.clock.advance(end - this.clock.now())
  }

  /** Lets everything that is under way come to its end. */
  async rest(): Promise<void> {
    for (let calm = 0; calm < 2; calm++) {
      await this.wait(3_000)
      while (this.loads.length > 0) {
        this.land(0, true)
        await this.clock.advance(0)
        calm = 0
      }
      if (this.workers.some(({ cache }) => cache.stats().building > 0)) calm = 0
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map(({ cache }) => cache.close()))
  }
}

const agentId = fc.constantFrom('a', 'b')
const by = fc.constantFrom(0, 1)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('serve' as const), agentId, by }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('land' as const), which: fc.nat(10), late: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), agentId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), agentId, by }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 400, 1_000, 1_999, 2_000, ttlMs) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function act(world: World, action: Step): Promise<void> {
  switch (action.do) {
    case 'serve':
      return void world.workers[action.by]!.ask({ agentId: action.agentId })
    case 'land':
      return world.land(action.which, action.late)
    case 'edit':
      world.edit(action.agentId)
      if (!world.owed.has(action.agentId)) world.owed.set(action.agentId, world.clock.now() + editorMs)
      return
    case 'invalidate':
      return world.invalidate(action.agentId, action.by)
    case 'wait':
      return world.wait(action.ms)
  }
}

async function play(steps: readonly Step[]): Promise<World> {
  const world = new World()
  for (const each of steps) {
    await act(world, each)
    await settle()
  }
  await world.rest()
  return world
}

const steps = fc.array(step, { maxLength: 40, size: 'max' })
describe('whatever is served, loaded and edited in whatever order', () => {
  test('an edit that is invalidated within the time that is waited for it is never found', async () => {
    const seen = { same: 0, differing: 0 }
    await fc.assert(
      fc.asyncProperty(steps, async (each) => {
        const world = await play(each)
        for (const finding of world.findings) {
          if (finding.outcome !== 'consistent') throw new Error(JSON.stringify(finding))
          seen[finding.served === finding.loaded ? 'same' : 'differing']++
        }
        await world.close()
      }),
      { numRuns: 200 },
    )
    // Else it would say nothing.
    expect(Math.min(seen.same, seen.differing)).toBeGreaterThan(50)
  }, 60_000)

  test('an edit that is not invalidated is found by whoever looks at what is served then', async () => {
    await fc.assert(
      fc.asyncProperty(steps, agentId, async (each, edited) => {
        const world = await play(each)
        const [, worker] = world.workers
        // In the store, and fresh for longer than an audit takes.
        await worker!.cache.invalidate({ agentId: edited })
        const stored = worker!.ask({ agentId: edited })
        await settle()
        world.land(0, true)
        await stored
        await settle()
        world.edit(edited)
        world.findings.length = 0
        expect(await worker!.ask({ agentId: edited })).toMatch(/^config /)
        await world.rest()
        expect(world.findings.map((finding) => `${finding.agentId} ${finding.outcome}`)).toEqual([`${edited} inconsistent`])
        await world.close()
      }),
      { numRuns: 80 },
    )
  }, 60_000)
})
