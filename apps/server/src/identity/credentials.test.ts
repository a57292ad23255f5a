import { describe, expect, it } from 'vitest'
import { credentialsOf } from './credentials.ts'

const of = (...values: string[]) =>
  credentialsOf({
    headers: values[0] === undefined ? {} : { authorization: values[0] },
    rawHeaders: values.flatMap((value) => ['Authorization', value]),
  })
const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('what a request shows for its identity', () => {
  it.each([
    ['Bearer abc.def', { kind: 'bearer', token: 'abc.def' }],
    ['bearer  abc', { kind: 'bearer', token: 'abc' }],
    [basic('alice:admin'), { kind: 'basic', userId: 'alice', role: 'admin' }],
    [basic('alice:'), { kind: 'basic', userId: 'alice', role: '' }],
    [basic('a:b:user'), { kind: 'basic', userId: 'a:b', role: 'user' }],
  ])('is read: %s', (header, credentials) => {
    expect(of(header)).toEqual(credentials)
  })

  it.each(['', 'Bearer', 'Bearer ', 'Bearer a b', 'Digest x', basic('alice'), 'Basic', `Bearer ${'x'.repeat(9_000)}`])(
    'is not guessed at: %s',
    (header) => {
      expect(of(header)).toEqual({ kind: 'unreadable' })
    },
  )

  it('is not one of two', () => {
    expect(of('Bearer a', 'Bearer b')).toEqual({ kind: 'unreadable' })
    expect(of('Bearer a', 'Bearer a')).toEqual({ kind: 'unreadable' })
  })

  it('is nothing without the header', () => {
    expect(of()).toEqual({ kind: 'none' })
  })
})
