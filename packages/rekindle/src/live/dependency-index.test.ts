import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matcherFor } from '../invalidation/target.ts'
import { DependencyIndex } from './dependency-index.ts'

const field = fc.constantFrom('a', 'b', '')
const entry = fc.record({ agentId: field, userId: field, sessionId: field, reasoning: fc.constantFrom(true, 'true', 'b') })
const tags = fc.array(fc.constantFrom('t', 'u', ''), { maxLength: 3 })
const target = fc.oneof(
  fc.constantFrom('*', '#"t"', '#"u"', '#""', '#"v"', 'nonsense', '{'),
  fc
    .record({ agentId: field, userId: field, sessionId: field, reasoning: fc.constant(true) }, { requiredKeys: [] })
    .map((fields) => JSON.stringify(fields)),
)

describe('DependencyIndex', () => {
  test('finds what going through all entries would find, whatever is added and removed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(entry, tags, fc.boolean()), { maxLength: 40 }),
        fc.array(target, { maxLength: 4 }),
        (entries, targets) => {
          const index = new DependencyIndex()
          for (const [one, itsTags] of entries) index.add(one, itsTags)
          for (const [one, itsTags, leaves] of entries) if (leaves) index.remove(one, itsTags)
          const there = entries.filter(([, , leaves]) => !leaves)
          // A target without any field is none that `invalidate` makes.
          const asked = targets.filter((one) => one !== '{}')
          const named = matcherFor(asked)
          const expected = there.filter(([one, itsTags]) => named(one, itsTags)).map(([one]) => one)
          const all = there.map(([one]) => one)
          const ofSession = (sessionId: string) => all.filter((one) => one.sessionId === sessionId)
          expect(index.named(asked, Object.assign(all, { ofSession }))).toEqual(new Set(expected))
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
