/** A terminal, npm and a supervisor may each pass the same signal on; copies of one request arrive within this time. */
const sameRequestMs = 300

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export interface StopActions {
  /** The first signal. */
  readonly stop: () => void
  /** A later one: somebody does not want to wait. */
  readonly stopNow: (exitCode: number) => void
}

/** Turns the signals that end a process into one orderly stop, and a repeated one into an end at once. */
export function onStopSignals({ stop, stopNow }: StopActions): void {
  let firstAt: number | undefined
  for (const [signal, code] of Object.entries(codes)) {
    process.on(signal, () => {
      if (firstAt === undefined) {
        firstAt = performance.now()
        stop()
      } else if (performance.now() - firstAt > sameRequestMs) stopNow(code)
    })
  }
}
