import { describe, expect, test } from 'vitest'
import { Events } from '../events.ts'
import { ManualClock } from '../testing/index.ts'
import { Timeline } from './timeline.ts'
import { toldOf } from './told.ts'

const shared = { agentId: 'a' }
const keyOf = (sessionId: string) => ({ ...shared, sessionId })

function begin() {
  const clock = new ManualClock(1_000)
  const events = new Events({ namespace: 'test', worker: 'w' })
  const timeline = new Timeline()
  events.witness(toldOf, (told) => timeline.see(told, clock.now()))
  const retire = (sessionId: string) => events.emit('retired', () => ({ key: keyOf(sessionId), cause: 'evicted', leases: 0 }))
  const fail = (error: unknown) => events.emit('build-failed', () => ({ key: keyOf('s'), error }))
  const invalidate = (...targets: string[]) => events.emit('invalidated', () => ({ targets, clock: 7, retired: 0 }))
  return { clock, events, timeline, retire, fail, invalidate }
}

describe('a timeline', () => {
  test('tells what happened to a key, the latest first, and to the config it shares, but not to other keys', async () => {
    const { clock, events, timeline, retire } = begin()
    const made = { source: 'build', reason: 'cold', fingerprint: 'f', durationMs: 12 } as const
    events.emit('created', () => ({ key: keyOf('s'), tags: ['model:x'], ...made }))
    await clock.advance(5)
    retire('other')
    retire('s')
    events.emit('config-refused', () => ({ key: shared, reason: 'corrupt' }))
    expect(timeline.of([keyOf('s'), shared], [])).toEqual([
      { at: 1_005, event: 'config-refused', reason: 'corrupt' },
      { at: 1_005, event: 'retired', cause: 'evicted', leases: 0 },
      { at: 1_000, event: 'created', ...made },
    ])
    expect(timeline.tagsOf(keyOf('s'))).toEqual(['model:x'])
    expect(timeline.tagsOf(keyOf('other'))).toBeUndefined()
  })

  test('tells of invalidations those that name the key or a tag of it, and of their targets those', () => {
    const { timeline, invalidate } = begin()
    invalidate('{"agentId":"a"}', '{"agentId":"b"}', '#"model:x"')
    invalidate('#"model:y"')
    invalidate('*')
    const happened = timeline.of([keyOf('s'), shared], ['model:x'])
    expect(happened.map((happening) => happening.event === 'invalidated' && happening.targets)).toEqual([
      ['*'],
      ['{"agentId":"a"}', '#"model:x"'],
    ])
  })

  test('remembers the last 16 of a key and the last 1000 keys, of not many more, however much happens', () => {
    const { timeline, retire, fail, invalidate } = begin()
    retire('first')
    for (let turn = 0; turn < 40; turn++) fail(new Error(`${turn} ${'long '.repeat(1_000)}`))
    const happened = timeline.of([keyOf('s')], [])
    expect(happened).toHaveLength(16)
    expect(JSON.stringify(happened[0])).toContain('Error: 39 long long')
    expect(JSON.stringify(happened).length).toBeLessThan(16 * 700)
    for (let session = 0; session < 999; session++) retire(`s${session}`)
    expect(timeline.of([keyOf('s')], [])).toHaveLength(16)
    for (let session = 0; session < 1_001; session++) retire(`t${session}`)
    expect(timeline.of([keyOf('first')], [])).toEqual([])
    for (let turn = 0; turn < 300; turn++) invalidate(...Array.from({ length: 10_000 }, (_, target) => `#"${target}"`))
    expect(timeline.of([keyOf('none')], ['31'])).toHaveLength(16)
    expect(timeline.of([keyOf('none')], ['32'])).toHaveLength(0)
  })

  test('holds no secret that an error quotes, and takes anything for an error', () => {
    const { timeline, fail } = begin()
    fail(new Error('cannot reach postgres://app:hunter2@db:5432'))
    fail(Object.create(null))
    expect(timeline.of([keyOf('s')], [])).toMatchObject([
      { error: 'something that cannot be shown' },
      { error: 'Error: cannot reach postgres://…@db:5432' },
    ])
  })
})
