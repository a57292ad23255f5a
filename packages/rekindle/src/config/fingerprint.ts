import { builtIns } from '../built-ins.ts'

/**
 * Content hash of a config's JSON text: SHA-256, base64url. The order of properties is part of the content: a model sees the
 * properties of an output schema in that order.
 */
export function fingerprintOf(text: string): string {
  return builtIns.crypto.hash('sha256', text, 'base64url')
}

/** The name of an entry in a store: a hash of its encoded key, so that no id of a user or session stands in a store's key. */
export function storeIdOf(encodedKey: string): string {
  return builtIns.crypto.hash('sha256', encodedKey, 'base64url')
}

/** Whether `text` is one: whatever else a store says stands for a config is not asked for under that name. */
export function isFingerprint(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}
