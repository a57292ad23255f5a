import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toolName } from './tool-name.ts'

const name = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc
    .array(fc.constantFrom('a', '_', '-', '.', 'A', '9', '\ud800'), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('')),
  fc.constantFrom('a'.repeat(62), 'a'.repeat(63), 'a'.repeat(64), 'a'.repeat(80), 'a'.repeat(80) + 'b'),
)

test('a tool is called by its server and itself', () => {
  expect(toolName('github', 'create_issue')).toBe('github_create_issue')
  expect(toolName('brave-search', 'web')).toBe('brave-search_web')
})

test('every provider takes the name', () => {
  fc.assert(fc.property(name, name, (server, tool) => /^[A-Za-z_][\w-]{0,63}$/.test(toolName(server, tool))))
})

test('two tools have two names', () => {
  const pair = fc.tuple(name, name)
  fc.assert(
    fc.property(pair, pair, (one, other) => {
      const same = one[0] === other[0] && one[1] === other[1]
      expect(toolName(...one) === toolName(...other)).toBe(same)
    }),
    {
      numRuns: 2_000,
      examples: [
        [
          ['a', 'b.c'],
          ['a', 'b_c'],
        ],
        [
          ['a', 'b_c'],
          ['a_b', 'c'],
        ],
        [
          ['a', 'b'.repeat(80)],
          ['a', 'b'.repeat(81)],
        ],
        [
          ['1', 'a'],
          ['_1', 'a'],
        ],
      ],
    },
  )
})

test('a tool keeps its name on every worker and in every version', () => {
  expect(toolName('my_server', 'get.weather')).toBe('my_server_get_weather_3cc0d3fc')
})
