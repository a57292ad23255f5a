/** A pending call, made by {@link Clock.after}. */
export interface Timer {
  cancel(): void
  /** Lets the process exit although the call is pending. */
  unref(): void
}

/** Time, injected so that tests never sleep. */
export interface Clock {
  /** Milliseconds since 1970, as all workers see it: configs carry it from one to another. */
  now(): number
  after(ms: number, call: () => void): Timer
}

/** As it was when this was loaded: a test's fake may be taken away before it has fired. */
const { setTimeout: realSetTimeout } = globalThis

/** Node runs anything longer at once. */
const longestTimeout = 2 ** 31 - 1

/**
 * Reading the time costs as much as everything else a memory hit does. So under load, when it has been asked for this often
 * within a millisecond, it stands still until the millisecond is over (or, if that comes later, the turn of the event loop).
 */
const readsPerMs = 32
let latest = 0
let reads = 0
let standing = false
const goOn = (): void => {
  standing = false
}

export const systemClock: Clock = {
  now() {
    if (standing) return latest
    const now = Date.now()
    if (now !== latest) {
      latest = now
      reads = 0
    } else if (++reads === readsPerMs) {
      standing = true
      realSetTimeout(goOn, 1).unref()
    }
    return now
  },
  after(ms, call) {
    const timeout = setTimeout(call, Math.min(ms, longestTimeout))
    return { cancel: () => clearTimeout(timeout), unref: () => void timeout.unref() }
  },
}
