import type { ConfigSource } from './build/config-source.ts'
import type { Events } from './events.ts'
import type { Invalidated } from './invalidation/invalidations.ts'
import { matcherFor } from './invalidation/target.ts'
import type { LiveAgent } from './live/live-agent.ts'
import type { LiveTier } from './live/live-tier.ts'
import type { WaitingRoom } from './waiting/waiting-room.ts'

interface Affected<Config, Agent> {
  readonly live: LiveTier<Config, Agent>
  readonly room: WaitingRoom<Config, Agent>
  readonly source: ConfigSource<Config, Agent>
  readonly events: Events
}

/**
 * What is to be called for each invalidation: nobody who asks from then on gets what has been made, or is being made, of what
 * is now invalid. `history`: that of the clock as it is.
 */
export function retireInvalid<Config, Agent>(
  { live, room, source, events }: Affected<Config, Agent>,
  history: string,
): (invalidated: Invalidated) => void {
  return ({ targets, stamp, floor }) => {
    // As a rule nothing is being built.
    if (room.building > 0) {
      const named = matcherFor(targets)
      room.detach((key) => named(key, []))
      source.detach((key) => named(key, []))
    }
    let retired = live.retireDependents(targets, 'invalidated')
    if (floor > 0 || stamp.history !== history) {
      history = stamp.history
      const isOld = ({ record: { asOf } }: LiveAgent<Config, Agent>) => asOf.history !== history || asOf.clock < floor
      retired += live.retireWhere(isOld, 'invalidated')
    }
    if (targets.length > 0 || retired > 0) events.emit('invalidated', () => ({ targets, clock: stamp.clock, retired }))
  }
}
