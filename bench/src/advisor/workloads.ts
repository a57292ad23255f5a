import { logNormal, randomOf, zipf } from './random.ts'

/** Requests in order: when, in ms, and for which key. */
export interface Trace {
  readonly name: string
  readonly times: Float64Array
  readonly keys: readonly string[]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

interface Request {
  readonly time: number
  readonly key: string
}

function traceOf(name: string, requests: Request[]): Trace {
  requests.sort((one, other) => one.time - other.time)
  return { name, times: Float64Array.from(requests, ({ time }) => Math.round(time)), keys: requests.map(({ key }) => key) }
}

/** More by day than by night: from 0.2 to 1. */
const rhythm = (time: number) => 0.6 - 0.4 * Math.cos((2 * Math.PI * time) / dayMs)

interface SessionKind {
  readonly turns: number
  /** Median, and how far they spread. */
  readonly thinkMs: number
  readonly spread: number
}

function* turnsOf(begin: number, { turns, thinkMs, spread }: SessionKind, random: () => number): Generator<number> {
  let time = begin
  do {
    yield time
    time += Math.max(1_000, logNormal(thinkMs, spread, random))
  } while (random() > 1 / turns)
}

/** Three days of conversations with 300 agents: some users come back after hours, and at the middle of the second day a deploy renews every key. */
export function conversations(seed: number): Trace {
  const random = randomOf(seed)
  const agent = zipf(300, 0.9, random)
  const deployedAt = 1.5 * dayMs
  const requests: Request[] = []
  for (let session = 0; session < 14_000; session++) {
    const begin = random() * 3 * dayMs
    if (random() > rhythm(begin)) continue
    const key = `${agent()}/${session}`
    const visits = random() < 0.3 ? [begin, begin + logNormal(4 * hourMs, 1, random)] : [begin]
    for (const visit of visits) {
      for (const time of turnsOf(visit, { turns: 10, thinkMs: 30_000, spread: 1.2 }, random)) {
        if (time < 3 * dayMs) requests.push({ time, key: time < deployedAt ? key : `new/${key}` })
      }
    }
  }
  return traceOf('conversations', requests)
}

/** A day of agents asked for by Zipf's law, and every four hours a walk through ten thousand that are asked for only then. */
export function scans(seed: number): Trace {
  const random = randomOf(seed)
  const hot = zipf(4_000, 0.8, random)
  const requests: Request[] = []
  for (let count = 0; count < 80_000; count++) requests.push({ time: random() * dayMs, key: `hot/${hot()}` })
  for (let walk = 0; walk < 6; walk++) {
    for (let each = 0; each < 10_000; each++) requests.push({ time: (walk * 4 + 1) * hourMs + each * 120, key: `walk/${each}` })
  }
  return traceOf('scans', requests)
}

/** Two days in which, every six hours, other agents become the favourites, and people take longer to answer. */
export function shifts(seed: number): Trace {
  const random = randomOf(seed)
  const rank = zipf(3_000, 0.9, random)
  const requests: Request[] = []
  for (let session = 0; session < 20_000; session++) {
    const begin = random() * 2 * dayMs
    const phase = Math.floor(begin / (6 * hourMs))
    const key = `${(rank() + phase * 500) % 3_000}/${Math.floor(random() * 3)}`
    const kind = { turns: 5, thinkMs: 15_000 * 1.4 ** phase, spread: 1 }
    for (const time of turnsOf(begin, kind, random)) if (time < 2 * dayMs) requests.push({ time, key })
  }
  return traceOf('shifts', requests)
}
