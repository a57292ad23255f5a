import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type Fleet, getFleet } from '../api/cache.ts'
import { Poll } from '../state/poll.ts'
import { type About, readAbout } from './about.ts'
import { firstSightings, type Reading } from './totals.ts'

/** As of one answer. */
export interface Sighting extends Omit<Fleet, 'workers'> {
  readonly workers: readonly Worker[]
}

export interface Worker extends Reading {
  /** undefined: it says nothing of itself that this page understands. */
  readonly about: About | undefined
}

const intervalMs = 60_000
const past = signal<readonly { readonly at: number; readonly workers: readonly Worker[] }[]>([])

/** The whole fleet, every two seconds. */
export const fleetPoll: Poll<Sighting> = new Poll(async (asking) => {
  const fleet = await getFleet(asking)
  const workers = fleet.workers.map((each) => ({ ...each, about: readAbout(each.about) }))
  const at = Date.now()
  // The youngest that is older than the interval stays, so that there is a whole one.
  const kept = past.peek().filter((_, index, all) => at - (all[index + 1]?.at ?? at) < intervalMs)
  past.value = [...kept, { at, workers }]
  return { ...fleet, workers }
}, 2_000)

/** What was read about a minute ago, or when the page began, or when the worker was first seen. */
export const minuteAgo: ReadonlySignal<readonly Worker[]> = computed(() =>
  firstSightings(past.value.map(({ workers }) => workers)),
)
