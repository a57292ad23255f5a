import { expect } from 'vitest'
import { type CheckedWorker, keyOf, type Source } from './checked-worker.ts'
import { collectGarbage } from './garbage.ts'
import { median, nextTurn, until, within, withoutWaiting } from './timing.ts'
import { inMemory, inStore, toBeEdited, users, type World } from './world.ts'

/** A call of the cache under a fault, and what must come of it. */
export interface Operation {
  readonly name: string
  check(world: World): Promise<void>
}

const steadyRequests = 100
const unsteadyMs = 300
const drainMs = 50
/** Of the store: the last look and the sign-off, writes under way, and its own end. */
const deadlinesOfClose = 4

let cells = 0

export const operations: readonly Operation[] = [
  {
    name: 'memory hit',
    check: (world) => checkRequests(world, world.warm, inMemory, world.expectation.memory),
  },
  {
    name: 'config hit',
    async check(world) {
      await checkRequests(world, world.cold, inStore, world.expectation.config)
      // What was built is there for the next who asks.
      if (world.expectation.breaker !== 'stays closed') return
      await until(1_000, 'a config hit again', async () => (await world.cold.ask(inStore, 0)) === 'config')
    },
  },
  {
    name: 'build',
    check: (world) => checkRequests(world, world.cold, undefined, ['build']),
  },
  {
    name: 'invalidate',
    async check({ warm, cold, expectation, storeTimeoutMs }) {
      const others = [cold]
      expect(expectation.invalidate).toContain(await within(storeTimeoutMs, 'invalidate', warm.edit(toBeEdited, others)))
      for (const worker of [warm, cold]) await Promise.all(users.map((user) => worker.ask(toBeEdited, user)))
    },
  },
  {
    name: 'close',
    async check({ closing, client, resources, storeTimeoutMs }) {
      const held = await closing.cache.acquire(keyOf(inStore, 0))
      // In its scope, for this opens and closes something, too.
      const closed = resources.watch(() => closing.cache.close({ drainMs }))
      await within(drainMs + deadlinesOfClose * storeTimeoutMs, 'close', closed)
      held.release()
      // Sockets take a moment to end, and timers of commands that have ended go as garbage does.
      const began = performance.now()
      const isClosed = () => {
        if (resources.open.length > 0 && performance.now() - began > 50) collectGarbage()
        return resources.open.length === 0
      }
      await until(client.lingersMs, 'closed', isClosed).catch(() => expect(resources.open).toEqual([]))
      resources.stop()
    },
  },
]

/**
 * Requests for one agent (or a new one each time) of all its users: at first, when nobody knows of the fault, at once; then,
 * when the breaker is open, one after the other, each of which has nothing to wait for.
 */
async function checkRequests(
  { alone, expectation, storeTimeoutMs }: World,
  worker: CheckedWorker,
  agentId: string | undefined,
  expected: readonly Source[],
): Promise<void> {
  const next = () => agentId ?? `agent ${++cells}`
  const ask = async (user: number, sources = expected) => expect(sources).toContain(await worker.ask(next(), user))
  const askForAll = () => Promise.all(users.map((user) => within(storeTimeoutMs, `user ${user}`, ask(user))))
  await askForAll()
  // What happens now and then shall happen.
  const end = performance.now() + (expectation.breaker === 'may open' ? unsteadyMs : 0)
  while (performance.now() < end) await askForAll().then(nextTurn)
  if (expectation.breaker !== 'opens') return
  // Memory hits do not notice; one that goes past memory does.
  await within(storeTimeoutMs, 'past memory', worker.ask(`agent ${++cells}`, 0))
  const isOpen = () => !worker.cache.stats().synced
  const withoutStore = expected.filter((source) => source !== 'config')
  const times: number[] = []
  const timesAlone: number[] = []
  await until(2_000, 'the breaker opens', isOpen)
  worker.calls.length = 0
  for (let request = 0; request < steadyRequests; request++) {
    const user = request % users.length
    timesAlone.push(await withoutWaiting('without a store', () => alone.ask(next(), user)))
    if (!isOpen()) await until(2_000, 'the breaker opens', isOpen)
    times.push(await withoutWaiting('with the breaker open', () => ask(user, withoutStore)))
  }
  expect(median(times) - median(timesAlone)).toBeLessThan(1)
  // It is asked now and then whether it is back, by no request.
  expect(worker.calls.filter((call) => call !== 'sync')).toEqual([])
  expect(worker.calls.length).toBeLessThan(steadyRequests / 2)
}
