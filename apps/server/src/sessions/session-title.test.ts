import { expect, it } from 'vitest'
import { sessionTitle } from './session-title.ts'

it.each([
  ['What is 12 * 7?', 'What is 12 * 7?'],
  ['  two\n lines\u0000 ', 'two lines'],
  ['', 'New conversation'],
  [`${'word '.repeat(20)}`, `${'word '.repeat(11)}word…`],
  ['x'.repeat(80), `${'x'.repeat(60)}…`],
  ['🐈'.repeat(80), `${'🐈'.repeat(60)}…`],
])('makes a title of the first words: %j', (text, title) => {
  expect(sessionTitle({ parts: [{ type: 'text', text }] })).toBe(title)
})
