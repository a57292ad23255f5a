import type { KeyField } from '../agent-key.ts'
import { createInvalidator } from '../create-invalidator.ts'
import { parseClockRecord } from '../redis/redis-clock.ts'
import type { ConfigStore } from '../store/config-store.ts'
import type { Invalidator } from '../store/open-invalidator.ts'
import { UnreachableError, UsageError } from './exit-code.ts'
import type { Given } from './given.ts'
import { parseScope } from './key-argument.ts'
import { namespacesInRedis, namespacesInSqlite } from './namespaces.ts'
import { connectRedis } from './redis-server-link.ts'
import { openToRead } from './sqlite-reading.ts'
import { addressOf, namespaceOf, placeOf, type StorePlace, unsealed } from './store-options.ts'
import type { Terminal } from './terminal.ts'

/** For this long a store may be silent: this is no request that somebody waits for. */
const storeTimeoutMs = 2_000

export interface OpenedStore extends AsyncDisposable {
  readonly namespace: string
  readonly address: string
  /** Whether any worker has ever used the namespace here. */
  readonly isKnown: boolean
  readonly invalidator: Invalidator
  /** How long workers may take to answer. */
  readonly timeoutMs: number
}

/** Makes sure that there is a store that can be used. Rejects with {@link UnreachableError} or {@link UsageError}. */
export async function openStore(given: Given, { env }: Pick<Terminal, 'env'>): Promise<OpenedStore> {
  const place = placeOf(given, env)
  const wanted = namespaceOf(given, env)
  const scopes = scopesOf(given)
  const timeoutMs = given.duration('timeout', 's') ?? 2_000
  const { store, isKnown, found } = await (place.kind === 'redis' ? reachRedis(place, wanted) : reachSqlite(place, wanted))
  if (wanted === undefined) throw namespaceMissing(found)
  const configVersion = given.text('config-version')
  const invalidator = createInvalidator({
    namespace: wanted,
    store: unsealed(store, given, env),
    storeTimeoutMs,
    ...scopes,
    ...(configVersion !== undefined && { configVersion }),
  })
  return {
    namespace: wanted,
    address: addressOf(place),
    isKnown,
    invalidator,
    timeoutMs,
    [Symbol.asyncDispose]: () => invalidator.close(),
  }
}

export function scopesOf(given: Given): { liveScope?: readonly KeyField[]; configScope?: readonly KeyField[] } {
  const liveScope = parseScope('live-scope', given.text('live-scope'))
  const configScope = parseScope('config-scope', given.text('config-scope'))
  return { ...(liveScope && { liveScope }), ...(configScope && { configScope }) }
}

export function namespaceMissing(found: readonly string[]): UsageError {
  const there = found.length === 0 ? '' : ` Here there ${found.length === 1 ? 'is' : 'are'}: ${found.join(', ')}.`
  return new UsageError(`Say of which application: --namespace NAME (or REKINDLE_NAMESPACE).${there}`)
}

interface Reached {
  readonly store: ConfigStore
  readonly isKnown: boolean
  /** Namespaces, if none was named. */
  readonly found: readonly string[]
}

async function reachRedis(place: Extract<StorePlace, { kind: 'redis' }>, namespace: string | undefined): Promise<Reached> {
  const link = await connectRedis(place)
  try {
    const { info, isCluster, library } = link
    if (info?.get('role') === 'slave') {
      const master = `${info.get('master_host')}:${info.get('master_port')}`
      throw new UnreachableError(`${addressOf(place)} is a replica, which may lag behind. Connect to its master, ${master}.`)
    }
    if (namespace === undefined)
      return { store: library.store(place, isCluster), isKnown: false, found: await namespacesInRedis(link, place.keyPrefix) }
    const clock = `${place.keyPrefix}rekindle:{${namespace}}:clock`
    const record = await link.send(['GET', clock], clock).catch(() => undefined)
    const isKnown = record === undefined || parseClockRecord(record as string | null) !== undefined
    return { store: library.store(place, isCluster), isKnown, found: [] }
  } finally {
    link.close()
  }
}

async function reachSqlite({ path }: { readonly path: string }, namespace: string | undefined): Promise<Reached> {
  const database = await openToRead(path)
  try {
    const { sqliteStore } = await import('../sqlite/index.ts')
    const found = namespacesInSqlite(database)
    const row = database.prepare('SELECT 1 FROM rekindle_clocks WHERE namespace = ?').get(namespace ?? '')
    return { store: sqliteStore({ path }), isKnown: row !== undefined, found }
  } finally {
    database.close()
  }
}
