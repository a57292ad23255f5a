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
 * Every request of a trace, through the two tiers, as plainly as it can be said: agents in a `Map` in the order of their use. Those
 * whose time is over are swept out when one too many is there, before one of the others has to go.
 */
export function replayExactly({ times, keys }: Trace, { configTtlMs, liveTtlMs, idleMs, maxAgents }: CacheSettings): Exact {
  const live = new Map<string, Live>()
  const configs = new Map<string, number>()
  let [hits, builds] = [0, 0]
  const isDue = ({ until, usedAt }: Live, now: number) => now >= until || now >= usedAt + idleMs
  let sweepAgain = 0
  const sweep = (now: number) => {
    // Nothing new can be due before that.
    if (now < sweepAgain) return
    sweepAgain = Infinity
    for (const [key, agent] of live) {
      if (isDue(agent, now)) live.delete(key)
      else sweepAgain = Math.min(sweepAgain, agent.until, agent.usedAt + idleMs)
    }
  }
  for (let at = 0; at < keys.length; at++) {
    const now = times[at]!
    const key = keys[at]!
    let agent = live.get(key)
    if (agent !== undefined) live.delete(key)
    if (agent !== undefined && !isDue(agent, now)) {
      hits++
      agent.usedAt = now
    } else {
      let freshUntil = configs.get(key) ?? -Infinity
      if (now >= freshUntil) {
        builds++
        freshUntil = now + configTtlMs
        configs.set(key, freshUntil)
      }
      agent = { until: Math.min(now + liveTtlMs, freshUntil), usedAt: now }
    }
    live.set(key, agent)
    sweepAgain = Math.min(sweepAgain, agent.until, agent.usedAt + idleMs)
    if (live.size <= maxAgents) continue
    sweep(now)
    for (const oldest of live.keys()) {
      if (live.size <= maxAgents) break
      live.delete(oldest)
    }
  }
  return { memoryHitRate: hits / keys.length, withoutBuild: 1 - builds / keys.length }
}
