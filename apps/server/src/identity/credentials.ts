import type { IncomingMessage } from 'node:http'

/** What a request shows for its identity, as it was sent: nothing of it is believed yet. */
export type Credentials =
  | { readonly kind: 'bearer'; readonly token: string }
  /** `Basic user:role`, for the development login. */
  | { readonly kind: 'basic'; readonly userId: string; readonly role: string }
  /** A header that says something else, or says it twice: which one counts is not for us to guess. */
  | { readonly kind: 'unreadable' }
  /** No header: there may be a cookie. */
  | { readonly kind: 'none' }

/** Longer than any token that is meant for a header. */
const longest = 8_192

export function credentialsOf({ headers, rawHeaders }: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): Credentials {
  const { authorization } = headers
  if (authorization === undefined) return { kind: 'none' }
  const times = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'authorization').length
  const [, scheme = '', value = ''] = /^(\S+) +(\S+)$/.exec(authorization.trim()) ?? []
  if (times !== 1 || value === '' || value.length > longest) return { kind: 'unreadable' }
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value }
  if (scheme.toLowerCase() !== 'basic') return { kind: 'unreadable' }
  const pair = Buffer.from(value, 'base64').toString()
  const colon = pair.lastIndexOf(':')
  if (colon < 0) return { kind: 'unreadable' }
  return { kind: 'basic', userId: pair.slice(0, colon), role: pair.slice(colon + 1) }
}
