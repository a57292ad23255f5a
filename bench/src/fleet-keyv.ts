import type { KeyvCacheableMemory } from 'cacheable'
import { ttlMs } from './fleet-cache.ts'

/**
 * The memory tier of cacheable, which cache-manager's documentation takes, too. It makes no copies, no JSON, and is not divided
 * into ten maps, for which it would hash the key with each call.
 */
export async function keyvMemory() {
  const { createKeyv } = await import('cacheable')
  const keyv = createKeyv({ ttl: ttlMs, lruSize: 2_000, useClone: false, storeHashSize: 1 })
  // Keyv can be asked only with `await`; what it keeps its entries in can be asked at once, by the name that it gives them.
  const { store } = keyv.store as KeyvCacheableMemory
  const prefix = keyv.namespace === undefined ? '' : `${keyv.namespace}:`
  return { keyv, has: (key: string) => store.has(`${prefix}${key}`) }
}
