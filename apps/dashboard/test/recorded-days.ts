import type { RecordingPage } from 'rekindle'
import { adviseOn, type Facts } from 'rekindle/advisor'
import type { FleetAdvice } from '../src/api/advice.ts'
import { adviceFixture } from './advice-fixture.ts'

const minute = 60_000
const day = 1_440 * minute

/** Of chance, the same each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * What two workers might write down in two days until `until`: people come mostly by day, each to a few agents, ask some
 * questions with some minutes between them, and come back hours later.
 */
function recordedDays(until: number): RecordingPage[] {
  const random = seeded(7)
  const since = until - 2 * day
  const events: [at: number, hash: number, worker: number][] = []
  for (let person = 0; person < 400; person++) {
    const hashes = Array.from({ length: 1 + Math.floor(1.6 * random()) }, () => Math.floor(random() * 2 ** 31))
    const visits = Math.floor(5 + 10 * random())
    for (let visit = 0; visit < visits; visit++) {
      let at = since + Math.floor(random() * 2) * day + (9 + 9 * random()) * 60 * minute
      const by = random() < 0.5 ? 0 : 1
      for (let turn = 0; turn < 2 + 22 * random(); turn++) {
        if (at < until) events.push([Math.round(at), hashes[Math.floor(random() * hashes.length)]!, by])
        at += minute * (0.2 - 1.5 * Math.log(1 - random()))
      }
    }
  }
  events.sort(([one], [other]) => one - other)
  return [0, 1].map((worker) => {
    const own = events.filter(([, , by]) => by === worker)
    const page = { since, until, threshold: 2 ** 31, next: own.length, more: false, requests: own.length }
    return { ...page, events: own.flatMap(([at, hash]) => [at, hash]) }
  })
}

const facts: Facts = {
  settings: { configTtlMs: 60 * minute, liveTtlMs: 60 * minute, idleMs: 15 * minute, maxAgents: 50 },
  stored: true,
  sharesConfigs: false,
  ttlJitter: 0.1,
  workers: 2,
  cost: { configMs: 1.4, buildMs: 240 },
  bytes: { pointer: 310, config: 4_100, configsPerEntry: 1 },
}

/** What `/api/advice` says of those days, at `at`, if all went as predicted. */
export async function adviceOnRecordedDays(at: number): Promise<FleetAdvice> {
  const found = adviceFixture(at)
  const target = found.autoTune?.target ?? 0.99
  const advice = await adviseOn({ live: recordedDays(at), config: 'live' }, facts, { target })
  const { memoryHitRate, withoutBuild } = advice.current
  const upTo = (rate: number): number => Math.round(rate * advice.requests)
  const [memory, config] = [upTo(memoryHitRate), upTo(withoutBuild) - upTo(memoryHitRate)]
  return { ...found, advice, served: { memory, config, build: advice.requests - memory - config } }
}
