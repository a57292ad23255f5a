import type { Issue } from '../parse-request.ts'

const deepest = 20

/** Why a JSON value of a request cannot be kept, and where in it: too deep, a number that JSON cannot write, a secret. */
export function jsonFlaw(value: unknown, path: readonly PropertyKey[] = []): Issue | undefined {
  // 1e999 is JSON, and read as infinite; written again it would be null.
  if (typeof value === 'number' && !Number.isFinite(value)) return { path, message: 'This number is too large.' }
  if (typeof value !== 'object' || value === null) return undefined
  // Whatever goes through such a value later, recursively, might not come back.
  if (path.length >= deepest) return { path, message: `JSON can be nested ${deepest} levels deep at most.` }
  // Making the agent would fail, in every turn.
  if (Object.hasOwn(value, '$secret')) return { path, message: 'This server keeps no secrets that agents could refer to.' }
  for (const [name, item] of Array.isArray(value) ? value.entries() : Object.entries(value)) {
    const flaw = jsonFlaw(item, [...path, name])
    if (flaw !== undefined) return flaw
  }
  return undefined
}
