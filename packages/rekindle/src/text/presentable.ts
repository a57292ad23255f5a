import { findSecret, secretsIn } from '../config/secret-guard.ts'

/** Of a text that is remembered, in UTF-16 code units. */
const maxLength = 500

/**
 * What is remembered of a text of any length. Not half a word at its end: that may be half a secret, which nobody would recognise. A copy:
 * a mere part of a string keeps the whole of it in memory.
 */
export function excerptOf(text: string): string {
  if (text.length <= maxLength) return text
  return Buffer.from(`${text.slice(0, maxLength).replace(/\S*$/, '')}…`).toString()
}

/**
 * An excerpt of what an application's, a database's or a store's error said, for others to read, on a dashboard for example. A
 * password in an address, which such errors like to quote, is left out; with any other secret in it the text is left out whole.
 */
export function presentable(excerpt: string): string {
  const shown = excerpt.replaceAll(/:\/\/[^/@\s]+@/g, '://…@')
  const secret = findSecret(shown, secretsIn(process.env))
  return secret === undefined ? shown : `(not shown: it holds what looks like ${secret.what})`
}
