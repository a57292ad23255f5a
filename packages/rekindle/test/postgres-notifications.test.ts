import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Backlog } from '../src/postgres/backlog.ts'
import { parsePayload } from '../src/postgres/payload.ts'
import { retryDelay } from '../src/postgres/retry-delay.ts'
import { parseTagTemplate } from '../src/postgres/tag-template.ts'
import type { InvalidationTarget } from '../src/index.ts'

const field = fc.string({ maxLength: 3 })
const target: fc.Arbitrary<InvalidationTarget> = fc.oneof(
  fc.constant('all' as const),
  fc.record({ tags: fc.array(field, { minLength: 1, maxLength: 3 }) }),
  fc
    .record({ agentId: field, userId: field, sessionId: field, reasoning: fc.oneof(field, fc.boolean()) }, { requiredKeys: [] })
    .filter((fields) => Object.keys(fields).length > 0),
)

describe('parsePayload', () => {
  test('reads every target', () => {
    fc.assert(
      fc.property(target, (each) => {
        expect(parsePayload(JSON.stringify(each))).toEqual(each)
      }),
    )
  })

  test('takes nothing else for a target, and never throws', () => {
    const malformed = [
      '',
      'all',
      '"everything"',
      '{',
      '[]',
      '["all"]',
      'null',
      '5',
      '{}',
      '{"tags":[]}',
      '{"tags":"x"}',
      '{"tags":[1]}',
    ]
    const wrong = [
      '{"tags":["x"],"agentId":"a"}',
      '{"agentId":5}',
      '{"agentId":"a","x":1}',
      '{"__proto__":"a"}',
      '{"agentId":null}',
    ]
    for (const payload of [...malformed, ...wrong]) expect([payload, parsePayload(payload)]).toEqual([payload, undefined])
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (payload) => void parsePayload(payload)))
  })
})

describe('Backlog', () => {
  function takeAll(backlog: Backlog): InvalidationTarget[] {
    const taken: InvalidationTarget[] = []
    for (let next = backlog.take(); next !== undefined; next = backlog.take()) taken.push(next)
    return taken
  }

  test('loses nothing: what is taken covers what was added, in any interleaving', () => {
    const step = fc.oneof({ weight: 4, arbitrary: target }, fc.constant('take' as const))
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const backlog = new Backlog()
        let waiting: InvalidationTarget[] = []
        const take = () => {
          const taken = backlog.take()
          // When there is nothing to take, there must be nothing that waits.
          if (taken === undefined) expect(waiting).toEqual([])
          else waiting = waiting.filter((each) => !covers(taken, each))
          return taken
        }
        for (const each of steps) {
          if (each === 'take') take()
          else {
            backlog.add(each)
            waiting.push(each)
          }
        }
        while (take() !== undefined) continue
      }),
    )
  })

  test('keeps each target once, and tags together', () => {
    const backlog = new Backlog()
    for (const id of ['a', 'b', 'a']) backlog.add({ agentId: id })
    for (const tag of ['x', 'y', 'x']) backlog.add({ tags: [tag] })
    expect(takeAll(backlog)).toEqual([{ tags: ['x', 'y'] }, { agentId: 'a' }, { agentId: 'b' }])
  })

  test('holds 1000 targets, and becomes all when there are more', () => {
    const backlog = new Backlog()
    for (let n = 0; n < 999; n++) backlog.add({ agentId: String(n) })
    backlog.add({ tags: ['x'] })
    expect(takeAll(backlog)).toHaveLength(1000)
    for (let n = 0; n < 1002; n++) backlog.add({ agentId: String(n) })
    expect(takeAll(backlog)).toEqual(['all'])
  })

  function covers(taken: InvalidationTarget, each: InvalidationTarget): boolean {
    if (taken === 'all') return true
    if (each === 'all') return false
    if (each.tags !== undefined) return each.tags.every((tag) => taken.tags?.includes(tag))
    return JSON.stringify(taken) === JSON.stringify(each)
  }
})

test('a tag template is text and columns; doubled braces are text; a brace without its other is none', () => {
  expect(parseTagTemplate('model:{id}')).toEqual([{ text: 'model:' }, { column: 'id' }])
  expect(parseTagTemplate('{{{id}}}')).toEqual([{ text: '{' }, { column: 'id' }, { text: '}' }])
  expect(parseTagTemplate('{a b"c}')).toEqual([{ column: 'a b"c' }])
  for (const template of ['{', '}', 'x{id', 'id}', '{}', '{a{b}}']) expect(parseTagTemplate(template)).toBeUndefined()
})

test('retries wait twice as long each time, up to ten seconds, and are spread', () => {
  expect([0, 1, 2, 3].map((failures) => retryDelay(failures, () => 1))).toEqual([100, 200, 400, 800])
  expect(retryDelay(5_000, () => 1)).toBe(10_000)
  expect(retryDelay(5_000, () => 0)).toBe(5_000)
})
