import { builtIns } from '../platform/built-ins.ts'

/**
 * Content hash of a config's JSON text: SHA-256, base64url. The order of properties is part of the content: a model sees the
 * properties of an output schema in that order.
 */
export function fingerprintOf(text: string): string {
  return builtIns.crypto.hash('sha256', text, 'base64url')
}

/**
 * The name of an entry in a store: a hash, so that no id of a user or session stands in a store's key. Each `configVersion` has an
 * entry of its own: while one release replaces another, neither overwrites what the other has. (An encoded key holds no line break.)
 */
export function storeIdOf(encodedKey: string, configVersion: string): string {
  return builtIns.crypto.hash('sha256', `${encodedKey}\n${configVersion}`, 'base64url')
}

/** Whether `text` is one: whatever else a store says stands for a config is not asked for under that name. */
export function isFingerprint(text: string): boolean {
  return /^[\w-]{43}$/.test(text)
}
