import { setTimeout as delay } from 'node:timers/promises'

/** What a process that shares two cores with others may be late. Counted in its own turns, so that its lag is its own affair. */
const graceTurns = 6
const graceTurnMs = 10

/** So many turns of the event loop are nothing to wait for; a timer or a reply from a socket is. */
const idleTurns = 10

/** What `work` comes to; rejects if that takes longer than `ms`. */
export async function within<Value>(ms: number, what: string, work: Promise<Value>): Promise<Value> {
  const over = new AbortController()
  const late = overtime(ms, over.signal).then(() => Promise.reject(new Error(`${what}: more than ${ms} ms`)))
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    over.abort()
  }
}

async function overtime(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal })
  for (let turn = 0; turn < graceTurns; turn++) await delay(graceTurnMs, undefined, { signal })
}

/** What `work` took, in ms. Rejects if it waited for anything: for a timer, or for something from outside of the process. */
export async function withoutWaiting(what: string, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  let ended: number | undefined
  const working = work().finally(() => (ended = performance.now()))
  for (let turn = 0; turn < idleTurns && ended === undefined; turn++) await nextTurn()
  if (ended === undefined) {
    working.catch(() => {})
    throw new Error(`${what}: waited for something`)
  }
  await working
  return ended - began
}

/** Of the event loop. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Resolves once `condition` holds; rejects after `ms`. */
export function until(ms: number, what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  let over = false
  const poll = async () => {
    while (!over && !(await condition())) await delay(5)
  }
  return within(ms, what, poll()).finally(() => (over = true))
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
