import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApplicationClient, ClientLibrary } from './clients.ts'
import { expectations, type Fault } from './faults.ts'
import { checkMemory } from './memory.ts'
import { type Operation, operations } from './operations.ts'
import { until, within } from './timing.ts'
import { toBeEdited, World } from './world.ts'

/** Servers, how clients of an application reach them, and what can go wrong there. */
export interface Ground<Place> {
  readonly name: string
  start(): Promise<Place & AsyncDisposable>
  connect(library: ClientLibrary, place: Place, fault: Fault<Place>): ApplicationClient
  readonly faults: readonly Fault<Place>[]
}

/** Recovery is promised within this time of the store's return. */
const recoveryMs = 1_000

let faults = 0

/** Every fault of a ground × every operation, by way of one client library. */
export function faultMatrix<Place>(library: ClientLibrary, { name, start, connect, faults: rows }: Ground<Place>): void {
  describe(`${library.name}, ${name}`, () => {
    let place: Place & AsyncDisposable
    beforeAll(async () => {
      place = await start()
    })
    afterAll(() => place[Symbol.asyncDispose]())

    describe.each(rows)('$name', (fault) => {
      const namespace = `fault-${++faults}`
      let world: World
      let lasts = false
      const end = async () => {
        if (!lasts) return
        lasts = false
        await fault.end(place, namespace)
      }
      beforeAll(async () => {
        lasts = true
        if (fault.atBoot) await fault.begin(place, namespace)
        world = new World(fault, namespace, connect(library, place, fault))
        await world.prepare(!fault.atBoot)
        if (!fault.atBoot) await fault.begin(place, namespace)
      })
      afterAll(async () => {
        await end()
        await world.end()
      })

      for (const { name: operation, check } of [...operations, ...whileItLasts(fault)]) test(operation, () => check(world))

      test('recovery', async () => {
        await end()
        await recovered(world, recoveryMs)
        const { warm, cold, storeTimeoutMs } = world
        expect(await within(storeTimeoutMs, 'invalidate', warm.edit(toBeEdited, [cold]))).toBe('taken')
        for (const worker of [warm, cold]) await worker.ask(toBeEdited, 0)
      })
      test('no accident', () => expect(world.accidents).toEqual([]))
    })
  })
}

/** What else is to be seen of a fault that lasts. */
function whileItLasts({ effect, healsWithinMs }: Fault<never>): Operation[] {
  const flat: Operation = { name: 'memory stays flat', check: checkMemory }
  const heals: Operation = { name: 'the store is used again', check: (world) => recovered(world, healsWithinMs ?? 0) }
  return [...(expectations[effect].breaker === 'opens' ? [flat] : []), ...(healsWithinMs === undefined ? [] : [heals])]
}

/** All workers know again what was invalidated, and what one stores another finds. */
async function recovered({ warm, cold }: World, ms: number): Promise<void> {
  const agentId = `after ${++faults}`
  const hit = async () => (await cold.ask(agentId, 0)) === 'config'
  await until(ms, 'recovery', async () => (await hit()) && [warm, cold].every(({ cache }) => cache.stats().synced))
}
