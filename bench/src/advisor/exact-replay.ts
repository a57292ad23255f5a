import type { CacheSettings } from 'rekindle'
import type { Trace } from './workloads.ts'

export interface Exact {
  readonly memoryHitRate: number
  readonly withoutBuild: number
}

interface Live {
  readonly until: number
  usedAt: number
}

/**
 * Every request of a trace, through the two tiers, as plainly as it can be said: agents in a `Map` in the order of their use, out of which
 * goes, second by second, what has ended, and the first one when there is one too many.
 */
export function replayExactly({ times, keys }: Trace, { configTtlMs, liveTtlMs, idleMs, maxAgents }: CacheSettings): Exact {
  const live = new Map<string, Live>()
  const configs = new Map<string, number>()
  /** By second: whose time to live ends then. */
  const agenda = new Map<number, string[]>()
  let [hits, builds] = [0, 0]
  let second = Math.floor((times[0] ?? 0) / 1_000)
  const isDue = ({ until, usedAt }: Live, now: number) => now >= until || now >= usedAt + idleMs

  function sweep(now: number): void {
    for (; second <= now / 1_000; second++) {
      const due = agenda.get(second) ?? []
      const later = due.filter((key) => (live.get(key)?.until ?? 0) > now)
      for (const key of due) if ((live.get(key)?.until ?? Infinity) <= now) live.delete(key)
      if (later.length > 0) agenda.set(second, later)
      else agenda.delete(second)
      if (second === Math.floor(now / 1_000)) break
    }
    for (const [key, agent] of live) {
      if (!isDue(agent, now)) break
      live.delete(key)
    }
  }

  for (let at = 0; at < keys.length; at++) {
    const now = times[at]!
    const key = keys[at]!
    sweep(now)
    let agent = live.get(key)
    if (agent !== undefined) {
      hits++
      agent.usedAt = now
      live.delete(key)
    } else {
      let freshUntil = configs.get(key) ?? -Infinity
      if (now >= freshUntil) {
        builds++
        freshUntil = now + configTtlMs
        configs.set(key, freshUntil)
      }
      agent = { until: Math.min(now + liveTtlMs, freshUntil), usedAt: now }
      const ends = Math.floor(agent.until / 1_000)
      agenda.set(ends, [...(agenda.get(ends) ?? []), key])
    }
    live.set(key, agent)
    for (const oldest of live.keys()) {
      if (live.size <= maxAgents) break
      live.delete(oldest)
    }
  }
  return { memoryHitRate: hits / keys.length, withoutBuild: 1 - builds / keys.length }
}
