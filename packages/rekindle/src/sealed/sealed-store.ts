import type { ConfigStore } from '../store/config-store.ts'
import { InvalidOptionsError } from '../errors.ts'
import { EntryNames } from './entry-names.ts'
import { keyId, KeyRing } from './key-ring.ts'
import { SealedConnection } from './sealed-connection.ts'
import { Seal } from './seal.ts'
import { type Secret, secretBytes } from './secret.ts'

/** A key to seal with. */
export interface SealingKey {
  /** Stands in what is sealed with the key, for all to see: `2026-11`. At most 32 letters, digits, `.`, `-`, `_`. */
  readonly id: string
  readonly secret: Secret
}

/** The options of {@link sealed}. */
export interface SealedOptions {
  /**
   * The first seals; all of them open. To rotate without losing entries: add the new key at the end, on all workers; move it to
   * the front; when no entry of the old key is left (`configTtlMs` and the stale windows later), drop that one.
   */
  readonly keys: readonly SealingKey[]
  /**
   * Names the entries, in place of `keys`, and stays when those rotate. With it there is one name to look under, workers agree
   * on who builds whatever their `keys`, and an entry whose key is missing is found, and refused as `sealed`. Default: entries are
   * named by the key that seals them, and looked for under each.
   */
  readonly hashKey?: Secret
}

/**
 * Wraps a store so that nobody who can read it learns of configs or ids, and nobody who can write to it can make anyone get an
 * agent that was not meant for exactly that key. `docs/wire-format.md` says what stays visible, and what remains possible.
 *
 * All workers of a namespace must seal. Throws {@link InvalidOptionsError}; its message holds no secret.
 */
export function sealed(store: ConfigStore, options: SealedOptions): ConfigStore {
  if (typeof Reflect.get(Object(store), 'connect') !== 'function') {
    throw new InvalidOptionsError('store', 'sealed(store, …) takes a ConfigStore, such as redisStore({ client }).')
  }
  const [first, ...others] = readKeys(options)
  const ring = new KeyRing([sealOf(first), ...others.map(sealOf)])
  const names = new EntryNames(
    // Given as `undefined` it is an environment variable that this worker lacks: it would find nothing that the others name.
    'hashKey' in options ? [secretBytes('hashKey', options.hashKey)] : [first.secret, ...others.map(({ secret }) => secret)],
  )
  return {
    name: `sealed ${store.name}`,
    connect: (namespace, connect) => new SealedConnection(store.connect(namespace, connect), namespace, ring, names),
    sharing: store.sharing,
  }
}

interface Key {
  readonly id: string
  readonly secret: Uint8Array
}

function sealOf({ id, secret }: Key): Seal {
  return new Seal(id, secret)
}

/** Callers without types come here too. */
function readKeys(options: SealedOptions): [Key, ...Key[]] {
  const keys: unknown = Reflect.get(Object(options), 'keys')
  const [first, ...others] = Array.isArray(keys) ? keys.map(readKey) : []
  if (first === undefined) throw new InvalidOptionsError('keys', 'keys must be a list of at least one { id, secret }.')
  const read: [Key, ...Key[]] = [first, ...others]
  for (const [at, { id, secret }] of read.entries()) {
    const before = read.slice(0, at)
    if (before.some((other) => other.id === id)) {
      throw new InvalidOptionsError(`keys[${at}].id`, `keys[${at}].id is '${id}', as another key's. Each needs its own.`)
    }
    if (before.some((other) => Buffer.compare(other.secret, secret) === 0)) {
      throw new InvalidOptionsError(`keys[${at}].secret`, `keys[${at}].secret is that of another key, too: nothing was rotated.`)
    }
  }
  return read
}

function readKey(key: unknown, at: number): Key {
  const { id, secret } = Object(key) as { id?: unknown; secret?: unknown }
  if (typeof id !== 'string' || !keyId.test(id)) {
    throw new InvalidOptionsError(
      `keys[${at}].id`,
      `keys[${at}].id must be 1 to 32 letters, digits, '.', '-' or '_', such as '2026-11'.`,
    )
  }
  return { id, secret: secretBytes(`keys[${at}].secret`, secret as Secret) }
}
