import type { Clock } from '../../clock.ts'
import type { Events } from '../../events.ts'
import { onceLoaded } from '../../late/late-parts.ts'
import type { MemoryReading } from './memory-reading.ts'
import type { Household, MemoryWatch, MemoryWatching } from './memory-watch.ts'

/** A {@link MemoryWatch}, loaded in the background. `readMemory`: `undefined` for that of the process. */
export function lateMemoryWatch(
  clock: Clock,
  readMemory: (() => MemoryReading) | undefined,
  household: Household,
  events: Events,
): MemoryWatching {
  let watch: MemoryWatch | undefined
  let started = false
  let stopped = false
  onceLoaded(({ MemoryWatch, processMemory }) => {
    if (stopped) return
    watch = new MemoryWatch(clock, readMemory ?? processMemory, household, events)
    if (started) watch.start()
  })
  return {
    start() {
      started = true
      watch?.start()
    },
    stop() {
      stopped = true
      watch?.stop()
    },
  }
}
