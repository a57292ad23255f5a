import type { AgentCacheStats, RecordingPage, WatchedCache } from 'rekindle'
import { createAdvisor, readTrace } from 'rekindle/advisor'
import type { Trace } from './workloads.ts'

/** All of a trace; other `salt`s give other hashes, and so other samples. */
export function wholeOf({ times, keys }: Trace, salt: string): Promise<RecordingPage> {
  const lines = keys.map((key, at) => `${times[at]},${salt}${key}`)
  return readTrace(lines, { unit: 'ms' })
}

/** What an advisor has written down when it has seen all of it. */
export function recordedOf(whole: RecordingPage, maxEvents?: number): RecordingPage {
  const { watch, pass } = watchOf(whole.since, maxEvents)
  for (let at = 0; at < whole.events.length; at += 2) {
    pass(whole.events[at]!)
    watch.see(whole.events[at + 1]!, whole.events[at + 1]!, whole.events[at]!)
  }
  return watch.page('live', 0, Infinity)
}

/** An advisor at work, and what moves its time on and counts a request. */
export function watchOf(begin: number, maxEvents: number = 32_768) {
  let now = begin
  let requests = 0
  const stats = () => ({ served: { memory: requests, config: 0, build: 0 }, failed: 0 }) as AgentCacheStats
  const cache: WatchedCache = {
    namespace: 'recorded',
    clock: { now: () => now, after: () => ({ cancel() {}, unref() {}, ref() {} }) },
    ttlJitter: 0,
    stored: true,
    sharesConfigs: false,
    settings: () => ({ configTtlMs: 3_600_000, liveTtlMs: 3_600_000, idleMs: 900_000, maxAgents: 1_000 }),
    stats,
    on: () => () => {},
    tune() {},
  }
  const pass = (time: number) => {
    now = time
    requests++
  }
  return { watch: createAdvisor({ maxEvents }).watch(cache), pass }
}

/** Room for all of any trace here. */
const allEvents = 262_144

/** What an advisor has written down, had it had room for only so large a part of all keys. */
export function sampledAt(whole: RecordingPage, rate: number): RecordingPage {
  const recorded = recordedOf(whole, allEvents)
  const threshold = Math.ceil(2 ** 31 * rate)
  const events: number[] = []
  for (let at = 0; at < recorded.events.length; at += 2) {
    if (recorded.events[at + 1]! < threshold) events.push(recorded.events[at]!, recorded.events[at + 1]!)
  }
  return { ...recorded, threshold, events }
}
