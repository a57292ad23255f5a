import type { Benchmark } from './benchmark.ts'
import { findingsOf } from './findings.ts'
import type { CacheName } from './fleet-cache.ts'
import { type Ask, type Asked, now } from './fleet-orders.ts'
import { Fleet } from './fleet.ts'

const processes = 8
const callers = 250
const loadMs = 50
/** What the parent needs to tell all workers when to begin. */
const headStartMs = 30
const withinMs = 10_000
const trialMs = 3_000

/** Of the measurement with a builder that is killed. Long enough to be met in the middle on a busy machine. */
const killed = { loadMs: 200, diesAfterMs: 100, othersAskAfterMs: 50, rounds: 3 }
const maxAttempts = 3

const onRedis = 'rekindle on Redis'
const onSqlite = 'rekindle on SQLite'
const layered = 'layered-loader, Redis notifications'
const contestants: readonly CacheName[] = [onRedis, onSqlite, layered, 'bentocache, Redis bus']
/**
 * Tried once, not measured: what its memory has from Redis is JSON, which the next read takes for the object. That throws, and
 * leaves a lock that others wait for, or ends the process if a message of the bus has it read. See Julien-R44/bentocache#111.
 */
const unfit: CacheName = 'bentocache, Redis bus, live objects'

/** How often one agent is built that many processes need at the same moment, and none of them has. */
export const builds: Benchmark = {
  needsRedis: true,
  async prepare({ redisPort }) {
    const notesOnTrial = await trial(unfit, redisPort!)
    const fleets: Fleet[] = []
    for (const name of contestants) fleets.push(await Fleet.start(name, processes, redisPort!))
    const bursts = fleets.map((fleet) => ({ name: fleet.cache, findings: findingsOf(() => burst(fleet)) }))
    const killing = fleets.filter(({ cache }) => cache === onRedis || cache === onSqlite)
    const takeovers = findingsOf(() => Promise.all(killing.map((fleet) => takeover(fleet))))

    const notes = [
      `In each round a new key, which all ${processes * callers} callers ask for within a millisecond or so. A load takes ${loadMs} ms.`,
      'One run, in which each contestant has processes of its own. Default options throughout; bentocache’s memory holds JSON.',
      ...notesOnTrial,
    ]
    const notesOnKilling = [
      `One of ${processes} processes begins to load (${killed.loadMs} ms), the ${callers} callers of each of the others wait for it, and after`,
      `${killed.diesAfterMs} ms it gets SIGKILL. Its claim runs out, and one other takes over. "Begun" counts the load that died.`,
      'Peers do not wait for each other, so they lose nothing, and build 8 times as always.',
    ]
    return {
      comparisons: [
        {
          title: `Builds of one cold key, ${processes} processes × ${callers} callers at once`,
          unit: 'builds',
          baseline: layered,
          contestants: bursts.map(({ name, findings }) => ({ name, round: findings.measure(({ loads }) => loads) })),
          targets: [
            { of: onRedis, atMost: 1 },
            { of: onSqlite, atMost: 1 },
          ],
          notes,
        },
        {
          title: `The same rounds: until all ${processes * callers} callers have the agent`,
          unit: 'ms',
          baseline: layered,
          contestants: bursts.map(({ name, findings }) => ({ name, round: findings.recall(({ ms }) => ms) })),
          targets: [],
          notes: [],
        },
        {
          title: `Builder killed while it loads: until all ${(processes - 1) * callers} other callers have the agent`,
          unit: 'ms',
          rounds: killed.rounds,
          baseline: onRedis,
          contestants: killing.map(({ cache }, at) => ({
            name: cache,
            round: at === 0 ? takeovers.measure((all) => all[at]!.ms) : takeovers.recall((all) => all[at]!.ms),
          })),
          targets: [],
          notes: notesOnKilling,
        },
        {
          title: 'The same rounds: loads begun',
          unit: 'builds',
          rounds: killed.rounds,
          baseline: onRedis,
          contestants: killing.map(({ cache }, at) => ({ name: cache, round: takeovers.recall((all) => all[at]!.loads) })),
          targets: [
            { of: onRedis, atMost: 2 },
            { of: onSqlite, atMost: 2 },
          ],
          notes: [],
        },
      ],
      async end() {
        for (const fleet of fleets) fleet.end()
      },
    }
  },
}

interface Burst {
  readonly loads: number
  readonly unanswered: number
  /** From when they asked to the last answer. */
  readonly ms: number
}

let agents = 0

function order(at: number): Ask {
  return { type: 'ask', agentId: `agent-${++agents}`, callers, at, loadMs, withinMs }
}

async function burst({ cache, workers }: Fleet): Promise<Burst> {
  const ask = order(now() + headStartMs)
  const asked = await Promise.all(workers.map((worker) => worker.order<Asked>(ask)))
  const result = summed(asked, ask.at)
  if (result.unanswered > 0) throw new Error(`${cache}: ${result.unanswered} callers had no answer within ${withinMs} ms.`)
  return result
}

function summed(asked: readonly Asked[], at: number): Burst {
  const sum = (figure: (asked: Asked) => number) => asked.reduce((total, one) => total + figure(one), 0)
  return {
    loads: sum(({ loads }) => loads),
    unanswered: asked.length * callers - sum(({ answered }) => answered),
    ms: Math.max(...asked.map(({ until }) => until)) - at,
  }
}

/** What happened, in words. */
async function trial(name: CacheName, redisPort: number): Promise<readonly string[]> {
  const fleet = await Fleet.start(name, processes, redisPort)
  const ask = { ...order(now() + headStartMs), withinMs: trialMs }
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

async function takeover(fleet: Fleet, attempt = 1): Promise<Burst> {
  const [builder, ...others] = fleet.workers
  const first: Ask = { ...order(now() + headStartMs), loadMs: killed.loadMs }
  const died = builder!.order({ ...first, diesAfterMs: killed.diesAfterMs }).then(
    () => false,
    () => true,
  )
  const later = { ...first, at: first.at + killed.othersAskAfterMs }
  const asked = await Promise.all(others.map((worker) => worker.order<Asked>(later)))
  if (!(await died)) {
    // On a busy machine another may come first in spite of the delay.
    if (attempt === maxAttempts) throw new Error(`${fleet.cache}: the process to be killed was never the first to build.`)
    console.warn(`${fleet.cache}: the process to be killed was not the first to build; that round is measured anew.`)
    return takeover(fleet, attempt + 1)
  }
  await fleet.replace(builder!)
  const { loads, unanswered, ms } = summed(asked, later.at)
  if (unanswered > 0) throw new Error(`${fleet.cache}: ${unanswered} callers had no answer after the builder was killed.`)
  // The dead one cannot tell, but it died of having begun.
  return { loads: loads + 1, unanswered, ms }
}
