import assert from 'node:assert/strict'
import type { StoreAdvance, StoreClock } from '../config/config-store.ts'
import { claim, contract, type ContractCase, entry, listenTo, nothing, sorted, until } from './contract-case.ts'
import { mailContract } from './mail-contract.ts'

/**
 * What every store promises, to run against a real one with any test runner:
 *
 * ```ts
 * for (const { promise, check } of storeContract) test(promise, () => check(store))
 * ```
 */
export const storeContract: readonly ContractCase[] = [
  contract('an entry comes back as it was written, with the clock', async ({ open }) => {
    const connection = await open()
    assert.equal((await connection.read('id')).pointer, undefined)
    await connection.write(entry())
    const { pointer, clock } = await connection.read('id')
    assert.equal(pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
    assert.ok(clock.history.length > 0 && Number.isSafeInteger(clock.clock) && clock.floor <= clock.clock)
  }),
  contract('any text survives: JSON escapes, quotes, emoji, a NUL escape, an empty string', async ({ open }) => {
    const connection = await open()
    for (const text of [JSON.stringify('\ud800 \0 \u2028 "\\'), '🙂 ünïcödé', "'; DROP TABLE x; --", ' ', '']) {
      await connection.write(entry({ pointer: text, blob: text }))
      assert.equal((await connection.read('id')).pointer, text)
      assert.equal(await connection.readBlob('print'), text)
    }
  }),
  contract('a config of a megabyte survives', async ({ open }) => {
    const blob = JSON.stringify({ text: 'x'.repeat(1_000_000) })
    const connection = await open()
    await connection.write(entry({ blob }))
    assert.equal(await connection.readBlob('print'), blob)
  }),
  contract('a later write replaces an earlier one', async ({ open }) => {
    const connection = await open()
    await connection.write(entry())
    await connection.write(entry({ pointer: 'newer', blob: 'repaired' }))
    assert.equal((await connection.read('id')).pointer, 'newer')
    assert.equal(await connection.readBlob('print'), 'repaired')
  }),
  contract('two keys can share one config', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ id: 'one' }))
    await connection.write(entry({ id: 'two' }))
    await connection.remove('one')
    assert.equal((await connection.read('one')).pointer, undefined)
    assert.equal((await connection.read('two')).pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
  }),
  contract('removing what is not there is no error', async ({ open }) => {
    await (await open()).remove('nothing')
  }),
  contract('an expired entry is gone', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ ttlMs: 1 }))
    await until(
      async () => (await connection.read('id')).pointer === undefined && (await connection.readBlob('print')) === undefined,
    )
  }),
  contract('a config outlives none of the entries that point to it', async ({ open }) => {
    const connection = await open()
    await connection.write(entry({ id: 'one', ttlMs: 60_000 }))
    await connection.write(entry({ id: 'two', ttlMs: 60_000 }))
    for (const id of ['one', 'two']) assert.equal((await connection.read(id)).pointer, entry().pointer)
    assert.equal(await connection.readBlob('print'), entry().blob)
  }),
  contract('workers of one namespace see the same entries and the same clock', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    await one.write(entry())
    assert.equal((await two.read('id')).pointer, entry().pointer)
    assert.deepEqual((await two.read('id')).clock, (await one.read('id')).clock)
  }),
  contract('namespaces are separate: entries, configs, clocks, invalidations', async ({ open }) => {
    const [one, other] = [await open('a'), await open('b')]
    await one.write(entry())
    assert.equal((await other.read('id')).pointer, undefined)
    assert.equal(await other.readBlob('print'), undefined)
    assert.notEqual((await other.read('id')).clock.history, (await one.read('id')).clock.history)
    await one.invalidate(['target'], nothing)
    assert.deepEqual((await other.sync(nothing)).targets, [])
  }),
  contract('an invalidation advances the clock, and is listed by sync until it has been seen', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    const before = (await one.read('id')).clock
    const { previous, clock } = await one.invalidate(['a', 'b'], before)
    assert.equal(previous, before.clock)
    assert.ok(clock.clock > before.clock)
    assert.equal(clock.history, before.history)
    assert.deepEqual((await two.read('id')).clock, clock)
    assert.deepEqual(sorted((await two.sync(before)).targets), [
      ['a', clock.clock],
      ['b', clock.clock],
    ])
    assert.deepEqual(await two.sync(clock), { clock, targets: [] })
  }),
  contract('who has seen another history is told all that is known of this one', async ({ open }) => {
    const connection = await open()
    const { clock } = await connection.invalidate(['a'], nothing)
    const stranger = { history: 'another', clock: clock.clock + 1_000_000 }
    assert.deepEqual(await connection.sync(stranger), { clock, targets: [['a', clock.clock]] })
  }),
  contract('a clock that is earlier than one seen in its history has lost something: a new history begins', async ({ open }) => {
    const connection = await open()
    const { clock } = await connection.invalidate(['a'], nothing)
    const seen = { history: clock.history, clock: clock.clock + 1 }
    const after = await connection.sync(seen)
    assert.notEqual(after.clock.history, clock.history)
    assert.deepEqual(after.targets, [])
    assert.deepEqual((await connection.read('id')).clock, after.clock)
    const { clock: again } = await connection.invalidate(['b'], { history: after.clock.history, clock: after.clock.clock + 9 })
    assert.notEqual(again.history, after.clock.history)
  }),
  contract('a target invalidated twice is listed once, with its last clock', async ({ open }) => {
    const connection = await open()
    const first = await connection.invalidate(['a', 'b'], nothing)
    const second = await connection.invalidate(['a'], nothing)
    const { targets } = await connection.sync(nothing)
    assert.deepEqual(sorted(targets), [
      ['a', second.clock.clock],
      ['b', first.clock.clock],
    ])
  }),
  contract('targets of any text are kept apart', async ({ open }) => {
    const connection = await open()
    const targets = ['*', '#"a"', '#"A"', '#"\\ud800"', '{"agentId":"*"}', '#""', '#"\'"', '#"%s %1"']
    const { clock } = await connection.invalidate(targets, nothing)
    const listed = (await connection.sync(nothing)).targets
    assert.deepEqual(sorted(listed), sorted(targets.map((target) => [target, clock.clock] as const)))
  }),
  contract('concurrent invalidations get a clock each, and each knows the one before it', async ({ open }) => {
    const workers = [await open(), await open(), await open()]
    const done = await Promise.all(Array.from({ length: 60 }, (_, at) => workers[at % 3]!.invalidate([`t${at}`], nothing)))
    const steps = done.map(({ previous, clock }) => [previous, clock.clock] as const).sort((a, b) => a[1] - b[1])
    for (const [at, [previous]] of steps.entries()) if (at > 0) assert.equal(previous, steps[at - 1]![1])
    assert.equal((await workers[1]!.sync(nothing)).targets.length, 60)
  }),
  contract('what is forgotten of many targets raises the floor, and nothing else does', async ({ open }) => {
    const connection = await open()
    const targets = (batch: number) => Array.from({ length: 5_000 }, (_, at) => `target ${batch}-${at}`)
    const clocks: StoreClock[] = []
    for (let batch = 0; batch < 6; batch++) clocks.push((await connection.invalidate(targets(batch), nothing)).clock)
    const { clock, targets: kept } = await connection.sync(nothing)
    assert.equal(clocks[0]!.floor, 0)
    assert.ok(clock.floor >= clocks[0]!.clock && clock.floor < clock.clock)
    const known = new Set(kept.map(([target]) => target))
    for (const [batch, { clock: at }] of clocks.entries()) {
      if (at > clock.floor)
        assert.ok(
          targets(batch).every((target) => known.has(target)),
          `batch ${batch} is not whole`,
        )
    }
    assert.ok(kept.every(([, at]) => at > clock.floor))
  }),
  contract('workers are listed with what they have seen, until they leave or have said nothing for long', async ({ open }) => {
    const connection = await open()
    const { clock } = await connection.invalidate(['a'], nothing)
    const seen = { history: clock.history, clock: clock.clock }
    await connection.sync(seen, { worker: 'here', presentForMs: 60_000 })
    await connection.sync(nothing, { worker: 'leaves', presentForMs: 60_000 })
    await connection.sync(seen, { worker: 'silent', presentForMs: 1 })
    await connection.sync(seen, { worker: 'leaves', presentForMs: 0 })
    await until(async () => (await connection.workers(seen)).reports.length === 1)
    assert.deepEqual((await connection.workers(seen)).reports, [{ worker: 'here', ...seen }])
    await connection.sync(nothing, { worker: 'here', presentForMs: 60_000 })
    assert.deepEqual((await connection.workers(seen)).reports, [{ worker: 'here', ...nothing }])
  }),
  contract('the list of workers says for how long it has been kept, and begins anew with a new history', async ({ open }) => {
    const connection = await open()
    await connection.sync(nothing, { worker: 'here', presentForMs: 60_000 })
    await until(async () => (await connection.workers(nothing)).keptForMs >= 20)
    const { clock } = await connection.invalidate(['a'], nothing)
    assert.ok((await connection.workers(clock)).keptForMs >= 20)
    const { reports, keptForMs } = await connection.workers({ history: clock.history, clock: clock.clock + 1 })
    assert.deepEqual(reports, [])
    assert.ok(keptForMs < 20)
  }),
  contract('of many who claim an entry at once, one is granted it, and is told who waits when it lets go', async ({ open }) => {
    const connection = await open()
    const asOf = { history: 'h', clock: 7 }
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, at) => connection.claim('id', { claimant: `c${at}`, worker: `w${at}`, ttlMs: 60_000, asOf })),
    )
    const holder = claims.findIndex(({ granted }) => granted)
    assert.equal(claims.filter(({ granted }) => granted).length, 1)
    for (const claimed of claims) {
      if (claimed.granted) continue
      assert.equal(claimed.claimant, `c${holder}`)
      assert.deepEqual(claimed.asOf, asOf)
      assert.ok(claimed.expiresInMs > 0 && claimed.expiresInMs <= 60_000)
    }
    assert.deepEqual(await connection.release('id', 'somebody else'), [])
    const waiting = Array.from({ length: 8 }, (_, at) => `w${at}`).filter((_, at) => at !== holder)
    assert.deepEqual([...(await connection.release('id', `c${holder}`))].sort(), waiting)
    assert.deepEqual(await connection.claim('id', claim({ claimant: 'next' })), { granted: true })
  }),
  contract(
    'a claim can be renewed by its claimant, and replaced by who names it; those who wait go on waiting',
    async ({ open }) => {
      const connection = await open()
      assert.deepEqual(await connection.claim('id', claim({ claimant: 'one' })), { granted: true })
      assert.deepEqual(await connection.claim('id', claim({ claimant: 'one' })), { granted: true })
      assert.equal((await connection.claim('id', claim({ claimant: 'two', worker: 'w2' }))).granted, false)
      assert.equal((await connection.claim('id', claim({ claimant: 'two', worker: 'w2', instead: 'zero' }))).granted, false)
      assert.deepEqual(await connection.claim('id', claim({ claimant: 'two', worker: 'w2', instead: 'one' })), { granted: true })
      assert.deepEqual(await connection.release('id', 'one'), [])
      assert.deepEqual(await connection.release('id', 'two'), ['w2'])
    },
  ),
  contract('who is granted a claim may be told what is in the store by then, and is told the truth', async ({ open }) => {
    const [connection, other] = [await open(), await open()]
    for (const written of [undefined, entry({ id: 'id' })]) {
      if (written !== undefined) await other.write(written)
      const claimed = await connection.claim('id', claim({ look: true }))
      assert.ok(claimed.granted)
      if (claimed.entry !== undefined) assert.deepEqual(claimed.entry, await connection.read('id'))
    }
    const refused = await other.claim('id', claim({ claimant: 'two', look: true }))
    assert.equal(refused.granted, false)
  }),
  contract('a claim that is not renewed ends by itself', async ({ open }) => {
    const connection = await open()
    await connection.claim('id', claim({ claimant: 'dead', ttlMs: 1 }))
    await until(async () => (await connection.claim('id', claim({ claimant: 'next' }))).granted)
  }),
  contract('claims of different entries, and of different namespaces, are separate', async ({ open }) => {
    const [one, other] = [await open('a'), await open('b')]
    for (const connection of [one, other]) {
      for (const id of ['x', 'y']) assert.deepEqual(await connection.claim(id, claim({ claimant: id })), { granted: true })
    }
  }),
  contract(
    'who listens hears of each step of the clock within a second, and of nothing in other namespaces',
    async ({ open }) => {
      const [one, two, other] = [await open('a'), await open('a'), await open('b')]
      const heard = listenTo(two, 'two')
      const strange = listenTo(other, 'two')
      await until(() => heard.listening > 0 && strange.listening > 0)
      const steps: StoreAdvance[] = []
      for (const target of ['a', '#"\\ud800 %s \u2028"']) {
        const step = await one.invalidate([target], nothing)
        steps.push(step)
        await until(() => heard.clocks.at(-1)?.clock.clock === step.clock.clock)
        const news = heard.clocks.at(-1)
        assert.deepEqual(news?.clock, step.clock)
        if (news?.step !== undefined) assert.deepEqual(news.step, { previous: step.previous, targets: [target] })
      }
      assert.deepEqual(
        strange.clocks.filter(({ clock }) => clock.history === steps[0]!.clock.history),
        [],
      )
    },
  ),
  contract('who invalidates more than fits into a message is heard of, too', async ({ open }) => {
    const [one, two] = [await open(), await open()]
    const heard = listenTo(two, 'two')
    await until(() => heard.listening > 0)
    const targets = Array.from({ length: 2_000 }, (_, at) => `#"a rather long tag, number ${at}"`)
    const { clock } = await one.invalidate(targets, nothing)
    await until(() => heard.clocks.at(-1)?.clock.clock === clock.clock)
    assert.equal((await two.sync({ history: clock.history, clock: clock.clock - 1 })).targets.length, targets.length)
  }),
  ...mailContract,
  contract('first calls at once agree on one history', async ({ connect }) => {
    const clocks = await Promise.all(Array.from({ length: 8 }, async () => (await connect().read('id')).clock.history))
    assert.equal(new Set(clocks).size, 1)
  }),
  contract('a connection can be closed, and closed again', async ({ open }) => {
    const connection = await open()
    await connection.read('id')
    await connection.close()
    await connection.close()
  }),
]
