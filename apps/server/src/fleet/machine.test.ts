import { expect, test } from 'vitest'
import { areOnOneMachine } from './machine.ts'

test.each([
  ['web-1:10:0123456789ab:aaaaaaaa', 'web-1:20:0123456789ab:bbbbbbbb', true],
  ['web-1:10:0123456789ab:aaaaaaaa', 'web-2:20:0123456789ab:bbbbbbbb', false],
  ['app:10:0123456789ab:aaaaaaaa', 'app:10:ba9876543210:bbbbbbbb', false],
  ['::1:10:-:aaaaaaaa', '::1:20:-:bbbbbbbb', true],
  ['somebody', 'somebody', false],
])('%s and %s are on one machine: %s', (one, other, isOne) => {
  expect(areOnOneMachine(one, other)).toBe(isOne)
})
