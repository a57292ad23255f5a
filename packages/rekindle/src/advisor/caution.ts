import type { Sample } from './sample.ts'

const fewestEvents = 1_000
const fewestKeys = 100
const shortestMs = 3_600_000

/** Why predictions from this sample are not to be relied on yet; `undefined`: they are. */
export function cautionOf({ times, agentCount, from, until, rate }: Sample, configTtlMs: number): string | undefined {
  if (times.length === 0) return 'Nothing has been recorded yet.'
  const recorded = `${durationOf(until - from)} and ${times.length} requests for ${agentCount} agents have been recorded`
  if (times.length < fewestEvents) return `Only ${recorded}; from ${fewestEvents} requests on it says more.`
  if (rate < 1 && agentCount < fewestKeys)
    return `Only ${recorded}, of a sample of 1 in ${Math.round(1 / rate)}; others may be used otherwise.`
  if (until - from < shortestMs) return `Only ${recorded}; an hour says more.`
  if (until - from < 2 * configTtlMs) {
    return `Only ${recorded}: not twice configTtlMs (${durationOf(configTtlMs)}), so few configs have been seen to expire.`
  }
  return undefined
}

function durationOf(ms: number): string {
  const [minutes, hours, days] = [ms / 60_000, ms / 3_600_000, ms / 86_400_000]
  if (days >= 2) return `${days.toFixed(1)} days`
  if (hours >= 2) return `${hours.toFixed(1)} hours`
  return minutes >= 2 ? `${Math.round(minutes)} minutes` : `${Math.round(ms / 1_000)} seconds`
}
