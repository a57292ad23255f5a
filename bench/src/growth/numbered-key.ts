import { flat, type SampleKey } from '../sample-keys.ts'

/** Distinct for distinct numbers below 2³², and in no order. Its strings are made anew: like those of a request, they are hashed at first use. */
export function numberedKey(index: number): SampleKey {
  const [first, second, third] = [scattered(index), scattered(index ^ 0x55555555), scattered(index ^ 0x33333333)]
  return {
    agentId: flat(`agent-${index % 20}`),
    userId: flat(`user-${second}${third.slice(0, 4)}`),
    sessionId: flat(`${first}-${second.slice(0, 4)}-4${second.slice(5)}-a${third.slice(5)}-${second}${third.slice(0, 4)}`),
    reasoning: index % 2 === 0,
  }
}

/** One to one. */
function scattered(index: number): string {
  let mixed = Math.imul(index ^ (index >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0')
}
