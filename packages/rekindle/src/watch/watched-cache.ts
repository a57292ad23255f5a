import type { Clock } from '../clock.ts'
import type { Events } from '../events.ts'
import type { CacheSettings } from '../settings.ts'
import type { AgentCacheStats } from '../counts/stats.ts'
import type { WatchedCache } from './watcher.ts'

export interface WatchedParts extends Pick<WatchedCache, 'ttlJitter' | 'stored' | 'sharesConfigs'> {
  readonly clock: Clock
  readonly events: Events
  /** Those that the tiers look at: a watcher may change them. */
  readonly settings: CacheSettings
  readonly live: { idleMs: number }
  readonly stats: () => AgentCacheStats
}

/** What the watcher of a cache sees of it. */
export function watchedCache({
  clock,
  events,
  settings,
  live,
  stats,
  ttlJitter,
  stored,
  sharesConfigs,
}: WatchedParts): WatchedCache {
  return {
    namespace: events.identity.namespace,
    clock,
    ttlJitter,
    stored,
    sharesConfigs,
    settings: () => ({ ...settings }),
    stats,
    on: (name, listener) => events.on(name, listener),
    tune(changes, why) {
      const from = { ...settings }
      Object.assign(settings, changes)
      live.idleMs = settings.idleMs
      events.emit('tuned', () => ({ from, to: { ...settings }, ...why }))
    },
  }
}
