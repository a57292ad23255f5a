import type { SeenClock, StoreClock, StoreListener } from '../config/config-store.ts'

/** Longer lists of targets are not sent to everybody: who hears of the step fetches them. */
const maxMessageLength = 16_384

let lastRecord: string | null | undefined
let lastClock: StoreClock | undefined

/** The record that a plain read finds: `history clock floor server`. Mostly it is the one that the read before has found. */
export function parseClockRecord(record: string | null | undefined): StoreClock | undefined {
  if (record !== lastRecord) {
    lastClock = parsed(record)
    lastRecord = record
  }
  return lastClock
}

function parsed(record: string | null | undefined): StoreClock | undefined {
  const [, history, clock, floor] = /^(\S+) (\d+) (\d+) \S+$/.exec(record ?? '') ?? []
  if (history === undefined) return undefined
  return { history, clock: Number(clock), floor: Number(floor) }
}

/** `history clock`, as workers report and claims note it. */
export function parseSeen(text: string): SeenClock {
  const [history = '', clock] = text.split(' ')
  return { history, clock: Number(clock) || 0 }
}

/** The targets as they go into the message about a step of the clock. */
export function clockMessage(targets: readonly string[]): string {
  const text = JSON.stringify(targets)
  return text.length > maxMessageLength ? 'null' : text
}

type ClockNews = { readonly clock: StoreClock; readonly step: Parameters<StoreListener['onClock']>[1] }

/** What `invalidate.lua` publishes. Anybody may publish, so anything else is passed over. */
export function parseClockMessage(text: string): ClockNews | undefined {
  if (text.length > 2 * maxMessageLength) return undefined
  let message: unknown
  try {
    message = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof message !== 'object' || message === null) return undefined
  const { history, previous, clock, floor, targets } = message as Record<string, unknown>
  if (typeof history !== 'string' || typeof previous !== 'number' || typeof clock !== 'number' || typeof floor !== 'number') {
    return undefined
  }
  const known = Array.isArray(targets) && targets.every((target) => typeof target === 'string')
  return { clock: { history, clock, floor }, step: known ? { previous, targets: targets as string[] } : undefined }
}
