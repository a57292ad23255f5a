import type { Built } from '../build/agent-builder.ts'
import type { Heartbeat } from '../invalidation/heartbeat.ts'
import type { InvalidationView } from '../invalidation/view.ts'
import type { LiveAgent } from '../live/live-agent.ts'
import type { Waiter } from './waiter.ts'

/**
 * Hands `live` to those who have waited for it. Who asked before it was looked up or loaded (`since`) has nothing older than the
 * request. Who joined later may have asked after an invalidation of which this process has not heard, so for them the store
 * is asked once more. While it does not answer, what is served may be older than the request by what memory may be.
 *
 * Returns when that is done, if it takes time.
 */
export function handOver<Config, Agent>(
  waiters: readonly Waiter<Agent, Config>[],
  live: LiveAgent<Config, Agent>,
  { since, record }: Pick<Built<Config, Agent>, 'since' | 'record'>,
  parts: {
    readonly view: InvalidationView
    readonly heartbeat: Pick<Heartbeat, 'verify' | 'toleratedMs'>
    readonly live: { readonly vouchedUntil: number }
  },
  { grant, refuse }: Record<'grant' | 'refuse', (waiter: Waiter<Agent, Config>) => void>,
): Promise<void> | undefined {
  const late: Waiter<Agent, Config>[] = []
  for (const waiter of waiters) {
    // Without a store there is nothing of which this process would not know.
    if (waiter.since <= since || parts.live.vouchedUntil === Infinity) grant(waiter)
    else late.push(waiter)
  }
  if (late.length === 0) return undefined
  // They have left the flight.
  for (const waiter of late) waiter.among = undefined
  return parts.heartbeat.verify().then((verified) => {
    const valid = parts.view.isValid({ key: live, tags: record.tags, asOf: record.asOf })
    for (const waiter of late) {
      const mayHave = valid && (verified || waiter.since - since <= parts.heartbeat.toleratedMs)
      if (mayHave && !waiter.settled) grant(waiter)
      else refuse(waiter)
    }
  })
}
