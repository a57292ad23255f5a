import { expect, test } from 'vitest'
import { differences } from './difference.ts'

test('instructions are compared word by word', () => {
  const [only] = differences({ instructions: 'Be brief.' }, { instructions: 'Be very brief.' })
  expect(only?.pieces).toEqual([
    { kind: 'same', text: 'Be ' },
    { kind: 'added', text: 'very ' },
    { kind: 'same', text: 'brief.' },
  ])
})

test('settings are compared line by line', () => {
  const [only] = differences({ settings: { temperature: 1 } }, { settings: { temperature: 1, topP: 1 } })
  expect(only?.pieces.filter(({ kind }) => kind !== 'same').map(({ kind, text }) => [kind, text.trim()])).toEqual([
    ['removed', '"temperature": 1'],
    ['added', '"temperature": 1,\n  "topP": 1'],
  ])
})

test('what was not set is said in words', () => {
  const [only] = differences({ model: null }, { model: 'offline:small' })
  expect(only?.pieces.map(({ text }) => text.trim())).toEqual(["the server's default", 'offline:small'])
})

test('long texts are compared line by line, in time', () => {
  const line = 'word '.repeat(20)
  const before = Array.from({ length: 900 }, (_, index) => `${line}${index}`).join('\n')
  const [only] = differences({ instructions: before }, { instructions: before.replace('word', 'other') })
  expect(only?.pieces[0]).toEqual({ kind: 'removed', text: `${line}0\n` })
})
