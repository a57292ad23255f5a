import type { CacheName } from './fleet-caches.ts'
import { type Ask, type Asked, now } from './fleet-orders.ts'
import { Fleet, type FleetWorker } from './fleet.ts'

/** In each process. */
export const callers = 250
export const loadMs = 50
/** What the parent needs to tell all workers when to begin. */
const headStartMs = 30
const withinMs = 10_000
const trialMs = 3_000

/** What came of it when many callers in many processes wanted the same agent at the same moment, and nobody had it. */
export interface Burst {
  readonly loads: number
  readonly unanswered: number
  /** From when they asked to the last answer. */
  readonly ms: number
}

let agents = 0

/** An agent that nobody has asked for yet. */
export function newAsk(): Ask {
  return { type: 'ask', agentId: `agent-${++agents}`, callers, at: now() + headStartMs, loadMs, withinMs }
}

/** In some processes of a fleet, or all of them. */
export async function burst({ cache, workers }: Fleet, processes: number = workers.length): Promise<Burst> {
  const ask = newAsk()
  const result = summed(await askAll(workers.slice(0, processes), ask), ask.at)
  if (result.unanswered > 0) throw new Error(`${cache}: ${result.unanswered} callers had no answer within ${withinMs} ms.`)
  return result
}

export function askAll(workers: readonly FleetWorker[], ask: Ask): Promise<readonly Asked[]> {
  return Promise.all(workers.map((worker) => worker.order<Asked>(ask)))
}

export function summed(asked: readonly Asked[], at: number): Burst {
  const sum = (figure: (asked: Asked) => number) => asked.reduce((total, one) => total + figure(one), 0)
  return {
    loads: sum(({ loads }) => loads),
    unanswered: asked.length * callers - sum(({ answered }) => answered),
    ms: Math.max(...asked.map(({ until }) => until)) - at,
  }
}

/** Of a cache that may not survive it: what happened, in words. */
export async function trial(name: CacheName, processes: number, redisPort: number): Promise<readonly string[]> {
  const fleet = await Fleet.start(name, processes, redisPort)
  const ask = { ...newAsk(), withinMs: trialMs }
  const outcomes = await Promise.allSettled(fleet.workers.map((worker) => worker.order<Asked>(ask)))
  fleet.end()
  const asked = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value)
  const crash = outcomes.find((outcome) => outcome.status === 'rejected')
  const { unanswered } = summed(asked, ask.at)
  const waiting = `${unanswered} of ${asked.length * callers} callers had no answer in ${trialMs / 1000} s.`
  if (crash === undefined) return [`"${name}" was tried once: ${waiting}`]
  const crashed = `${processes - asked.length} of ${processes} processes crashed, and in the others`
  return [`"${name}" was tried once: ${crashed}`, `${waiting} (${(crash.reason as Error).message})`]
}
