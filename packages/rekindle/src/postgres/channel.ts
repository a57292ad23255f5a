import { inspect } from 'node:util'
import { InvalidOptionsError } from '../errors.ts'

export const defaultChannel = 'rekindle'

/** So that the names made from a channel need no quotes in psql, and PostgreSQL (63 bytes) does not cut them. */
const allowed = /^[a-z][a-z0-9_]{0,31}$/

export function assertChannel(channel: unknown): asserts channel is string {
  if (typeof channel === 'string' && allowed.test(channel)) return
  const message = `channel must be a lower case letter, then at most 31 lower case letters, digits or _; got ${inspect(channel)}.`
  throw new InvalidOptionsError('channel', message)
}
