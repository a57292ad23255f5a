import type { Audit } from './audit/late-audit.ts'
import type { Clock } from './clock.ts'
import { CacheClosedError } from './errors.ts'
import type { Fleet } from './fleet.ts'
import type { Disposer } from './live/disposer.ts'
import type { LiveTier } from './live/live-tier.ts'
import { withDeadline } from './resilience/deadline.ts'
import type { WaitingRoom } from './waiting/waiting-room.ts'
import type { RequestWatch } from './watch/watcher.ts'

/** What aborting builds, and closing agents, may take after a drain, at least. */
const graceMs = 1_000

/** What is to be closed. */
export interface OpenParts<Config, Agent> {
  readonly live: LiveTier<Config, Agent>
  readonly room: WaitingRoom<Config, Agent>
  readonly fleet: Fleet
  readonly disposer: Disposer<Agent>
  readonly clock: Clock
  readonly watch: RequestWatch | undefined
  readonly audit: Audit | undefined
  /** Makes builds in progress give up. */
  readonly giveUp: AbortController
}

/** Lets what is in progress end for up to `drainMs`, then aborts and disposes what is left, and releases the store's connection. */
export async function closeDown<Config, Agent>(parts: OpenParts<Config, Agent>, drainMs: number): Promise<void> {
  const { live, room, disposer, giveUp, fleet, clock, audit, watch } = parts
  /** Whether `work` ended in time. */
  const within = async (ms: number, work: Promise<void>): Promise<boolean> => {
    const late = new Error()
    try {
      await withDeadline(work, ms, clock, () => late)
      return true
    } catch {
      return false
    }
  }
  room.close()
  live.close()
  audit?.close()
  const left = fleet.leave()
  const drained = await within(drainMs, drain(parts))
  if (!drained) {
    giveUp.abort(new CacheClosedError())
    await within(graceMs, room.settled())
    live.abandonLeases()
  }
  await within(Math.max(graceMs, drainMs), disposer.settled())
  await left
  await fleet.close()
  // Last: it may be the application's own.
  watch?.close()
}

async function drain<Config, Agent>({ live, room }: OpenParts<Config, Agent>): Promise<void> {
  while (room.building > 0 || live.leaving > 0) {
    await room.settled()
    await live.lastLease()
  }
}
