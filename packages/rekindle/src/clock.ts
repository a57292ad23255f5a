import { outsideOfRequests } from './platform/outside-of-requests.ts'

/** A pending call, made by {@link Clock.after}. */
export interface Timer {
  cancel(): void
  /** Lets the process exit although the call is pending. */
  unref(): void
  /** Takes {@link unref} back. */
  ref(): void
}

/** Time, injected so that tests never sleep. */
export interface Clock {
  /** Milliseconds since 1970, as all workers see it: configs carry it from one to another. */
  now(): number
  after(ms: number, call: () => void): Timer
}

/** As it was when this was loaded: a test may fake it. */
const nextTick = process.nextTick.bind(process)

/** Node runs anything longer at once. */
const longestTimeout = 2 ** 31 - 1

/**
 * Reading the time costs as much as everything else a memory hit does. So when it has been asked for this often within a
 * millisecond, it stands still for the rest of the callback that is running, at most for `standingReads` more.
 */
const readsPerMs = 32
const standingReads = 1_000
let latest = 0
let reads = 0
/** How often it will be answered without looking. */
let standing = 0
const goOn = (): void => {
  standing = 0
}

export const systemClock: Clock = {
  now() {
    if (standing > 0) {
      standing--
      return latest
    }
    const now = Date.now()
    if (now !== latest) {
      latest = now
      reads = 0
    } else if (++reads >= readsPerMs) {
      standing = standingReads
      nextTick(goOn)
    }
    return now
  },
  after(ms, call) {
    const timeout = setTimeout(() => outsideOfRequests(call), Math.min(ms, longestTimeout))
    return { cancel: () => clearTimeout(timeout), unref: () => void timeout.unref(), ref: () => void timeout.ref() }
  },
}
