import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtocolWorld } from './protocol-world.ts'

/** All promise jobs that one step can set off. */
async function settleJobs(): Promise<void> {
  for (let job = 0; job < 16; job++) await Promise.resolve()
}

/** What may happen next, and how often. Each number drawn is one step: which kind, where, and a choice of its own. */
const weights = {
  go: 90,
  hear: 16,
  load: 10,
  read: 12,
  hit: 8,
  edit: 5,
  other: 3,
  heartbeat: 3,
  lose: 3,
  drop: 4,
  repeat: 3,
  replicate: 2,
  crash: 1,
  flush: 1,
  loseClock: 1,
  failOver: 2,
  evict: 1,
}
type Kind = keyof typeof weights
const kinds = Object.entries(weights).flatMap(([kind, weight]) => Array.from({ length: weight }, () => kind as Kind))

async function step(world: ProtocolWorld, code: number): Promise<void> {
  world.now++
  const kind = kinds[code % kinds.length]!
  const choice = Math.floor(code / kinds.length)
  const worker = world.workers[choice % world.workers.length]!
  const { pending, messages } = world
  // Among the oldest few: others come up later.
  const oneOf = <Item>(list: Item[], remove: boolean): Item | undefined => {
    const at = choice % Math.min(list.length, 4)
    return remove ? list.splice(at, 1)[0] : list[at]
  }
  switch (kind) {
    case 'go':
      oneOf(pending, true)?.go()
      break
    case 'lose':
      oneOf(pending, true)?.lose()
      break
    case 'hear':
      oneOf(messages, true)
        ?.hear()
        .catch(() => {})
      break
    case 'repeat':
      oneOf(messages, false)
        ?.hear()
        .catch(() => {})
      break
    case 'drop':
      oneOf(messages, true)
      break
    case 'edit':
      world.edit(worker, choice)
      break
    case 'other':
      world.invalidateOther(worker, choice)
      break
    case 'evict':
      world.pointer = undefined
      break
    case 'replicate':
    case 'flush':
    case 'loseClock':
    case 'failOver':
      world[kind]()
      break
    default:
      world[kind](worker)
  }
  await settleJobs()
}

/** From here on nothing goes wrong any more: everything under way arrives, and everybody looks once. */
async function calmDown(world: ProtocolWorld): Promise<void> {
  const drain = async () => {
    while (world.pending.length > 0 || world.messages.length > 0) {
      world.now++
      world.pending.shift()?.go()
      await settleJobs()
      world.messages
        .shift()
        ?.hear()
        .catch(() => {})
      await settleJobs()
    }
  }
  await drain()
  for (const worker of world.workers) world.heartbeat(worker)
  await settleJobs()
  await drain()
  world.now++
  for (const worker of world.workers) world.hit(worker)
  for (const worker of world.workers) world.read(worker)
  await settleJobs()
  await drain()
}

async function run(codes: readonly number[], checksServer: boolean): Promise<ProtocolWorld> {
  const world = new ProtocolWorld({ workers: 3, checksServer })
  await calmDown(world)
  for (const code of codes) await step(world, code)
  await calmDown(world)
  return world
}

const history = fc.array(fc.nat({ max: kinds.length * 12 - 1 }), { minLength: 30, maxLength: 110, size: 'max' })

describe('the invalidation protocol', () => {
  test('gives nobody what an invalidation that completed before has made old, in 25 000 random histories', async () => {
    const seen = { configReads: 0, memoryHits: 0, completed: 0 }
    await fc.assert(
      fc.asyncProperty(history, async (codes) => {
        const world = await run(codes, true)
        seen.configReads += world.seen.configReads
        seen.memoryHits += world.seen.memoryHits
        seen.completed += world.seen.completed
        expect(world.violations).toEqual([])
        const clock = world.space.clockNow()
        for (const { view } of world.workers) {
          expect({ history: view.stamp.history, clock: view.stamp.clock }).toEqual({ history: clock.history, clock: clock.clock })
          expect(view.size).toBeLessThanOrEqual(8)
        }
      }),
      { numRuns: 25_000 },
    )
    // The histories are worth something only if much was read and invalidated in them.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(12_000)
  }, 180_000)

  test('would be seen to fail if scripts did not notice that another server answers', async () => {
    const result = await fc.check(
      fc.asyncProperty(history, async (codes) => (await run(codes, false)).violations.length === 0),
      { numRuns: 100_000, seed: 1, endOnFailure: true },
    )
    expect(result.failed).toBe(true)
  }, 180_000)
})
