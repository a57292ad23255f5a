import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ConfigStore } from '../store/config-store.ts'
import { InvalidOptionsError } from '../errors.ts'
import { type SealedOptions, sealed } from './index.ts'
import { sharing } from '../store/index.ts'

const store: ConfigStore = { name: 'some', connect: () => expect.unreachable(), sharing }
const secret = Buffer.alloc(32, 0xab)

/** The error for options that cannot be worked with. */
function refusal(options: unknown): InvalidOptionsError {
  try {
    sealed(store, options as SealedOptions)
  } catch (error) {
    if (InvalidOptionsError.isInstance(error)) return error
    throw error
  }
  return expect.unreachable()
}

describe('a secret', () => {
  test.each([
    ['bytes', secret],
    ['an array of bytes', new Uint8Array(32)],
    ['base64', secret.toString('base64')],
    ['base64 without its =', secret.toString('base64').slice(0, -1)],
    ['base64url', secret.toString('base64url')],
    ['hexadecimal', secret.toString('hex')],
    ['hexadecimal in capitals', secret.toString('hex').toUpperCase()],
  ])('is taken as %s', (_, given) => {
    expect(sealed(store, { keys: [{ id: '1', secret: given }], hashKey: given }).name).toBe('sealed some')
  })

  const long = randomBytes(33).toString('base64')
  test.each<[string, unknown, string]>([
    ['an environment variable that is not set', undefined, 'got nothing (is its environment variable set?)'],
    ['no text', '', 'another text, of 0 characters'],
    ['a password', 'correct horse battery staple', 'another text, of 28 characters'],
    ['a password as long as a key', 'correct-horse-battery-staple-and-so-on-____', 'another text, of 43 characters'],
    ['too few bytes', Buffer.alloc(31), 'got 31 bytes'],
    ['too many bytes', Buffer.alloc(64), 'got 64 bytes'],
    ['too much base64', long, 'another text, of 44 characters'],
    ['base64 of both alphabets', `+-${'A'.repeat(41)}`, 'another text, of 43 characters'],
    ['a line', `${secret.toString('base64')}\n`, 'another text, of 45 characters'],
    ['a number', 123_456, 'a value of type number'],
  ])('is not %s', (_, given, found) => {
    for (const [option, options] of [
      [
        'keys[1].secret',
        {
          keys: [
            { id: '1', secret },
            { id: '2', secret: given },
          ],
        },
      ],
      ['hashKey', { keys: [{ id: '1', secret }], hashKey: given }],
    ] as const) {
      const error = refusal(options)
      expect(error.option).toBe(option)
      expect(error.message).toContain(`${option} must be 32 random bytes`)
      expect(error.message).toContain(found)
      expect(error.message).toContain('openssl rand -base64 32')
      if (typeof given === 'string' && given !== '') expect(error.message).not.toContain(given.trim())
    }
  })
})

describe('sealed', () => {
  test.each<[string, unknown, string]>([
    ['no options', undefined, 'keys'],
    ['no keys', {}, 'keys'],
    ['an empty ring', { keys: [] }, 'keys'],
    ['a key that is none', { keys: [null] }, 'keys[0].id'],
    ['a key without an id', { keys: [{ secret }] }, 'keys[0].id'],
    ['an empty id', { keys: [{ id: '', secret }] }, 'keys[0].id'],
    ['an id of 33 characters', { keys: [{ id: 'x'.repeat(33), secret }] }, 'keys[0].id'],
    ['an id that is not printable', { keys: [{ id: 'a\n', secret }] }, 'keys[0].id'],
    [
      'two keys of one id',
      {
        keys: [
          { id: '1', secret },
          { id: '1', secret: Buffer.alloc(32) },
        ],
      },
      'keys[1].id',
    ],
    [
      'two keys of one secret',
      {
        keys: [
          { id: '1', secret },
          { id: '2', secret: secret.toString('hex') },
        ],
      },
      'keys[1].secret',
    ],
  ])('refuses %s', (_, options, option) => {
    expect(refusal(options).option).toBe(option)
  })

  test('shows no secret that was given as an id', () => {
    expect(refusal({ keys: [{ id: secret.toString('base64'), secret }] }).message).not.toContain(secret.toString('base64'))
  })

  test('refuses what is no store', () => {
    expect(() => sealed({} as ConfigStore, { keys: [{ id: '1', secret }] })).toThrow('takes a ConfigStore')
  })
})
