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

/** Node runs anything longer at once. */
const longestTimeout = 2 ** 31 - 1

/**
 * Reading the time costs as much as everything else a memory hit does. So it is read once per turn of the event loop, or per
 * millisecond where turns are shorter, as libuv does for its own timers.
 */
let turnTime = 0
const forgetTurnTime = () => {
  turnTime = 0
}

export const systemClock: Clock = {
  now() {
    if (turnTime !== 0) return turnTime
    turnTime = Date.now()
    setTimeout(forgetTurnTime, 1).unref()
    return turnTime
  },
  after(ms, call) {
    const timeout = setTimeout(call, Math.min(ms, longestTimeout))
    return { cancel: () => clearTimeout(timeout), unref: () => void timeout.unref() }
  },
}
