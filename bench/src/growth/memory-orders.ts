/** What a process with many live agents can be told to do. The last two are answered with {@link Costs}. */
export type MemoryOrder =
  | { readonly type: 'fill'; readonly agents: number }
  | { readonly type: 'hits' }
  | { readonly type: 'misses' }

/** Nanoseconds per operation, by the name of its line. */
export type Costs = Readonly<Record<string, number>>

export const memoryLines = {
  ids: 'the loop itself, with its four ids',
  map: 'Map.get, session id',
  lru: 'lru-cache get, TTL, prepared string key',
  present: 'rekindle getIfPresent, raw key',
  leased: 'rekindle acquire + release, raw key',
  busyMap: 'the same 1 000 asked for: Map.get',
  busyPresent: 'the same 1 000 asked for: rekindle getIfPresent',
  busyLeased: 'the same 1 000 asked for: rekindle acquire + release',
  lruMiss: 'lru-cache set, one evicted',
  miss: 'rekindle getOrBuild, one evicted',
} as const
