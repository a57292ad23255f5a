const firstMs = 100
const longestMs = 10_000

/**
 * How long to wait after so many failures in a row (counted from 0), in milliseconds: twice as long each time, up to ten
 * seconds, and anything from half of that to all of it, so that many processes do not come back in step.
 */
export function retryDelay(failures: number, random: () => number): number {
  return Math.min(longestMs, firstMs * 2 ** failures) * (0.5 + random() / 2)
}
