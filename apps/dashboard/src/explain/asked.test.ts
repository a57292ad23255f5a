import { expect, test } from 'vitest'
import { addressOf, askedIn, keyOf } from './asked.ts'

test('a link to a key leads back to it, whatever characters its ids hold', () => {
  const asked = { agent: 'a&b=c', user: 'ü/1', session: '', reasoning: 'true' }
  const query = Object.fromEntries(new URL(addressOf(asked), 'http://localhost').searchParams)
  expect(askedIn(query, 'me')).toEqual(asked)
})

test('a key says only what was said, and keeps true apart from a level', () => {
  expect(keyOf({ agent: 'a', user: '', session: '', reasoning: '' })).toEqual({ agentId: 'a' })
  expect(keyOf({ agent: 'a', user: 'u', session: 's', reasoning: 'true' })).toMatchObject({ reasoning: true })
  expect(keyOf({ agent: 'a', user: 'u', session: 's', reasoning: 'high' })).toMatchObject({ reasoning: 'high' })
})

test('who is not named in a link is who looks at it', () => {
  expect(askedIn({ agent: 'a' }, 'me').user).toBe('me')
})
