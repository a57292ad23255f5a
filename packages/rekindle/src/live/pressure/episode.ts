import type { MemoryReading, MemoryResource } from './memory-reading.ts'

/**
 * From which part of a limit on agents are dropped, and below which part that is over.
 *
 * Heap: what is read counts garbage, so the mark must be one that garbage alone does not reach. V8 starts a full collection
 * no later than halfway from what the last one left to the limit (`MemoryController::BoundAllocationLimit`): who sees 85 % knows
 * that 70 % or more was no garbage, and only below that is it over. Later would be too late: V8 ends the process after four
 * collections in a row that took most of the time and left 80 % or more (`Heap::CheckIneffectiveMarkCompact`).
 *
 * Container: the kernel kills at 100 %, without a word. At 90 % the cache of ASP.NET drops entries, too
 * (`percentagePhysicalMemoryUsedLimit`).
 */
const marks: Readonly<Record<MemoryResource, { readonly begins: number; readonly ends: number }>> = {
  heap: { begins: 0.85, ends: 0.7 },
  container: { begins: 0.9, ends: 0.85 },
}

/**
 * By how much of the limit use must have grown for agents to be dropped again before a collection has shown what the last ones
 * were worth.
 */
const growth = 1 / 64

/** The time for which one resource is near its limit. */
export interface Episode {
  /** At the last drop. */
  readonly usedBytes: number
  readonly collections: number
}

/**
 * - `calm`: there is nothing to do;
 * - `wait`: what has been dropped may not have been collected yet, and there is no hurry;
 * - `drop`: a few agents should go.
 */
export type Judgement = 'calm' | 'wait' | 'drop'

/** What to do about `resource`, of which an `episode` may be going on. */
export function judge(resource: MemoryResource, reading: MemoryReading, episode: Episode | undefined): Judgement {
  const { [resource]: use, collections } = reading
  if (use === undefined || !(use.limitBytes > 0)) return 'calm'
  const { begins, ends } = marks[resource]
  const share = use.usedBytes / use.limitBytes
  if (episode === undefined) return share >= begins ? 'drop' : 'calm'
  if (!(share >= ends)) return 'calm'
  const hurries = use.usedBytes - episode.usedBytes >= use.limitBytes * growth
  return hurries || collections !== episode.collections ? 'drop' : 'wait'
}
