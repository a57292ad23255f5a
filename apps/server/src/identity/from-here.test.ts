import { expect, it } from 'vitest'
import { isFromHere } from './from-here.ts'

it.each([
  ['localhost:3000', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
  ['[::1]:3000', '::1'],
])('a request to %s by %s is from this machine', (host, address) => {
  expect(isFromHere({ host }, address)).toBe(true)
})

it.each([
  ['of another address', { host: 'localhost' }, '10.0.0.7'],
  ['of no address', { host: 'localhost' }, undefined],
  ['without a host', {}, '127.0.0.1'],
  ['to a name that was made to point here', { host: 'evil.example' }, '127.0.0.1'],
  ['to a name that looks like an address', { host: '127.0.0.1.evil.example' }, '127.0.0.1'],
  ['to what is no name', { host: 'localhost@evil.example' }, '127.0.0.1'],
  ['through a proxy', { host: 'localhost', 'x-forwarded-for': '' }, '127.0.0.1'],
  ['through another proxy', { host: 'localhost', forwarded: 'for=1.2.3.4' }, '127.0.0.1'],
  ['through an old proxy', { host: 'localhost', via: '1.1 cache' }, '127.0.0.1'],
])('a request %s is not', (_what, headers, address) => {
  expect(isFromHere(headers, address)).toBe(false)
})
