/** RFC 5861: how long after its freshness a config may still be used, and for what. */
export interface StaleWindows {
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
}

export type Freshness = 'fresh' | 'stale-while-revalidate' | 'stale-if-error' | 'expired'

export function freshnessAt(now: number, freshUntil: number, windows: StaleWindows): Freshness {
  if (now < freshUntil) return 'fresh'
  if (now < freshUntil + windows.staleWhileRevalidateMs) return 'stale-while-revalidate'
  if (now < freshUntil + windows.staleIfErrorMs) return 'stale-if-error'
  return 'expired'
}

/** Jitter only shortens: nothing is fresh for longer than `ttlMs`. */
export function freshFor(ttlMs: number, jitter: number, random: () => number): number {
  return ttlMs * (1 - jitter * random())
}
