/**
 * How likely it is that who asks finds in memory what it asked for last, when it asks every `everyMs` at random: it has not been
 * idle for longer than `idleMs`, and its time, which is `ttlMs` in all, was not over in between.
 */
export function residentPart(everyMs: number, idleMs: number, ttlMs: number): number {
  const idle = idleMs / everyMs
  const left = Math.exp(-idle)
  return 1 - left - ((1 - left * (1 + idle)) * everyMs) / ttlMs
}
