import fc from 'fast-check'
import { describe, test } from 'vitest'
import { type AgentKey, createAgentCache, type InvalidationTarget, type Lease } from '../src/index.ts'
import { ManualClock, settle } from '../src/testing/index.ts'

/**
 * The memory tier against a small reference model, through random interleavings of everything that can happen to an agent.
 * Time and build order are the test's own.
 */

const maxAgents = 3
const ttlMs = 10_000
const idleMs = 4_000

interface Config {
  readonly agentId: string
  /** Loads are numbered in the order in which they began. */
  readonly load: number
}

class Agent {
  readonly agentId: string
  readonly load: number
  disposed = 0
  constructor({ agentId, load }: Config) {
    this.agentId = agentId
    this.load = load
  }
}

/** One cache and all that the model knows of it. */
class World {
  readonly clock = new ManualClock(0)
  readonly made: Agent[] = []
  /** The model: who holds what, when each agent was made, and from which load on each id's agents are valid. */
  readonly held: Lease<Agent, Config>[] = []
  readonly madeAt = new Map<Agent, number>()
  readonly validFrom = new Map<string, number>()
  loads = 0
  readonly disposedUnderHolder: Agent[] = []
  closed = false
  /** Builds waiting to be let on. */
  readonly builds: (() => void)[] = []
  readonly cache

  constructor(exclusive: boolean) {
    this.cache = createAgentCache<Config, Agent, keyof AgentKey, keyof AgentKey>({
      namespace: 'model',
      clock: this.clock,
      ttlJitter: 0,
      configTtlMs: ttlMs,
      buildTimeoutMs: 1e9,
      live: { maxAgents, idleMs, concurrency: exclusive ? 'exclusive' : 'shared' },
      loadConfig: async ({ agentId }) => {
        const load = this.loads++
        await new Promise<void>((resolve) => this.builds.push(resolve))
        return { agentId, load }
      },
      createAgent: (config) => {
        const agent = new Agent(config)
        this.made.push(agent)
        this.madeAt.set(agent, this.clock.now())
        return agent
      },
      disposeAgent: (agent) => {
        agent.disposed++
        if (this.held.some((lease) => lease.agent === agent)) this.disposedUnderHolder.push(agent)
      },
    })
  }

  acquire(agentId: string): void {
    const asked = { validFrom: this.validFrom.get(agentId) ?? 0, at: this.clock.now() }
    this.cache.acquire({ agentId, userId: 'u', sessionId: 's', reasoning: true }).then(
      (lease) => {
        const { agent } = lease
        check(agent.agentId === agentId, `asked for ${agentId}, got ${agent.agentId}`)
        check(agent.disposed === 0, `got a disposed ${agentId}`)
        check(lease.source !== 'memory' || this.madeAt.get(agent)! + ttlMs > asked.at, `${agentId} was past its time`)
        check(agent.load >= asked.validFrom, `${agentId} was loaded before an invalidation and served after it`)
        this.held.push(lease)
      },
      (error: unknown) => check(this.closed, `acquire failed: ${String(error)}`),
    )
  }

  async invalidate(ids: readonly string[], target: InvalidationTarget): Promise<void> {
    const begun = this.loads
    await this.cache.invalidate(target)
    for (const id of ids) this.validFrom.set(id, begun)
  }

  assertInvariants(exclusive: boolean, atRest: boolean): void {
    const { live, idle, inUse, building } = this.cache.stats()
    const holders = new Set(this.held.map((lease) => lease.agent))
    check(this.disposedUnderHolder.length === 0, 'an agent was disposed under its holder')
    check(
      this.made.every(({ disposed }) => disposed <= 1),
      'an agent was disposed twice',
    )
    // Between two turns of the event loop a lease may be on its way to its holder, and an agent on its way from its build.
    check(atRest ? inUse === holders.size : inUse >= holders.size, `${inUse} in use by the count, ${holders.size} by the model`)
    check(live <= maxAgents || idle === 0, `${live} agents live and ${idle} idle above the capacity of ${maxAgents}`)
    const open = this.made.filter(({ disposed }) => disposed === 0)
    const onTheWay = atRest ? 0 : building
    check(
      open.length >= idle + inUse && open.length <= idle + inUse + onTheWay,
      `${open.length} open agents, but ${idle} idle and ${inUse} in use`,
    )
    if (exclusive) check(holders.size === this.held.length, 'an exclusive agent has two holders')
  }
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const agentIds = ['a', 'b', 'c', 'd', 'e']
const agentId = fc.constantFrom(...agentIds)
const which = fc.nat(20)
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('acquire' as const), agentId }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('release' as const), which, twice: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('build' as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invalidate' as const), agentId }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate-all' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 999, idleMs, ttlMs) }) },
)
/** Most actions run to rest; the others are followed by the next within the same turn of the event loop. */
const step = fc.record({ action, rest: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)) })
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

async function act(world: World, action: Action): Promise<void> {
  switch (action.do) {
    case 'acquire':
      return world.acquire(action.agentId)
    case 'release': {
      const [held] = world.held.splice(action.which % Math.max(1, world.held.length), 1)
      held?.release()
      if (action.twice) held?.release()
      return
    }
    case 'build':
      return world.builds.splice(action.which % Math.max(1, world.builds.length), 1)[0]?.()
    case 'invalidate':
      return world.invalidate([action.agentId], { agentId: action.agentId })
    case 'invalidate-all':
      return world.invalidate(agentIds, 'all')
    case 'wait':
      return world.clock.advance(action.ms)
  }
}

async function play(exclusive: boolean, steps: readonly Step[], drain: boolean): Promise<void> {
  const world = new World(exclusive)
  for (const { action, rest } of steps) {
    await act(world, action)
    if (rest) await settle()
    world.assertInvariants(exclusive, rest)
  }
  world.closed = true
  const closed = world.cache.close({ drainMs: 1_000 })
  if (drain) {
    // Everyone lets go in time.
    while (world.cache.stats().building + world.cache.stats().inUse > 0) {
      await settle()
      for (const build of world.builds.splice(0)) build()
      await settle()
      for (const lease of world.held.splice(0)) lease.release()
      await settle()
    }
  } else {
    world.held.splice(0)
    await world.clock.advance(1_000)
    for (const build of world.builds.splice(0)) build()
  }
  await closed
  await settle()
  const { live, idle, inUse, waiting, building } = world.cache.stats()
  check(live + idle + inUse + waiting + building === 0, 'something is left after close')
  check(
    world.made.every(({ disposed }) => disposed === 1),
    'an agent was not disposed exactly once by the end',
  )
  check(world.clock.timers === 0, `${world.clock.timers} timers are left after close`)
}

describe.each([
  ['shared', false],
  ['exclusive', true],
])('%s agents, whatever happens in whatever order', (_, exclusive) => {
  test('are never closed under a holder, disposed exactly once, within capacity but for those in use, and never stale', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 100, size: 'max' }), fc.boolean(), (steps, drain) =>
        play(exclusive, steps, drain),
      ),
      { numRuns: 1_000 },
    )
  }, 60_000)
})
