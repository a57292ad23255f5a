import type { Stamp } from '../invalidation/stamp.ts'
import type { ConfigRefusal } from '../reasons.ts'
import { noTags } from './config-record.ts'
import { sealedPrefix } from './config-store.ts'
import { isFingerprint } from './fingerprint.ts'
import { isCount } from './store-replies.ts'

/**
 * What the store keeps per key: which config, and all that decides whether it may be used. Written as JSON with short names;
 * `docs/wire-format.md` is the reference.
 */
export interface Pointer {
  /** The encoded key, which a reader compares with what it asked for. */
  readonly key: string
  readonly fingerprint: string
  readonly asOf: Stamp
  readonly tags: readonly string[]
  readonly freshUntil: number
  readonly configVersion: string
}

const formatVersion = 1

/** Far above any real pointer; a larger one is not ours, and is not parsed. */
export const maxPointerLength = 65_536

export function encodePointer(pointer: Pointer): string {
  return JSON.stringify({
    v: formatVersion,
    k: pointer.key,
    f: pointer.fingerprint,
    h: pointer.asOf.history,
    c: pointer.asOf.clock,
    t: pointer.tags,
    u: pointer.freshUntil,
    a: pointer.configVersion,
  })
}

/** The pointer in `text`, or why it is not one for this reader. */
export function decodePointer(text: string, key: string, configVersion: string): Pointer | ConfigRefusal {
  if (text.startsWith(sealedPrefix)) return 'sealed'
  if (text.length > maxPointerLength) return 'corrupt'
  let fields: unknown
  try {
    fields = JSON.parse(text)
  } catch {
    return 'corrupt'
  }
  if (!isWirePointer(fields)) return 'corrupt'
  if (fields.v !== formatVersion) return 'version-mismatch'
  if (fields.k !== key) return 'foreign'
  if (fields.a !== configVersion) return 'version-mismatch'
  return {
    key,
    fingerprint: fields.f,
    asOf: { history: fields.h, clock: fields.c, unconfirmed: 0 },
    tags: fields.t.length === 0 ? noTags : fields.t,
    freshUntil: fields.u,
    configVersion,
  }
}

interface WirePointer {
  readonly v: number
  readonly k: string
  readonly f: string
  readonly h: string
  readonly c: number
  readonly t: readonly string[]
  readonly u: number
  readonly a: string
}

function isWirePointer(value: unknown): value is WirePointer {
  if (typeof value !== 'object' || value === null) return false
  const { v, k, f, h, c, t, u, a } = value as Record<keyof WirePointer, unknown>
  return (
    typeof v === 'number' &&
    typeof k === 'string' &&
    typeof f === 'string' &&
    isFingerprint(f) &&
    typeof h === 'string' &&
    isCount(c) &&
    // Not an infinity, which JSON cannot say: 1e999 is read as one.
    Number.isFinite(u) &&
    typeof a === 'string' &&
    Array.isArray(t) &&
    t.every((tag) => typeof tag === 'string')
  )
}
