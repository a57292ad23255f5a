import { type RecordingPage, visitBlocksMs } from '../watch/watcher.ts'
import { countsAt } from './counts-at.ts'
import { wholeThreshold } from './event-ring.ts'

/** More say little more, and take longer than anybody wants to wait. */
const maxEvents = 65_536
/** A sample is not halved below this. */
const minKeys = 2_048
/** Of a recording that has lost its beginning, the part that only fills the caches. */
const warmUpPart = 1 / 3

/** Requests for some keys, in order, ready to be replayed. */
export interface Sample {
  /** Wall clock, ms. */
  readonly from: number
  readonly until: number
  /** Which part of all keys is in it. */
  readonly rate: number
  readonly times: Float64Array
  /** Which agent of which memory, from 0. */
  readonly agents: Int32Array
  readonly agentCount: number
  /** Which config, from 0: the same for one key in all memories. */
  readonly configs: Int32Array
  /** Hash of each config. */
  readonly hashes: readonly number[]
  /** Which memory, from 0; and the next event of the same. */
  readonly memories: Int32Array
  readonly memoryCount: number
  readonly nextThere: Int32Array
  /** Events before this only fill the caches. Wall clock, ms. */
  readonly countFrom: number
  /** Of all keys, from then on. `told`: how many events there would be; `undefined`: not known. */
  readonly requests: number
  readonly told: number | undefined
  /** Of all keys, from `countFrom` on: how many were asked for in each block of time, all blocks together. The longest first. */
  readonly visits: readonly { readonly blockMs: number; readonly total: number }[]
}

interface Track {
  readonly times: Float64Array
  readonly hashes: Uint32Array
}

/** Each page is what one memory was asked for. */
export function sampleOf(pages: readonly RecordingPage[], countFrom?: number): Sample {
  const threshold = commonThreshold(pages)
  const tracks = pages.map((page) => trackOf(page, threshold))
  const merged = inOrderOfTime(tracks)
  const { times } = merged
  const from = Math.min(...pages.map(({ since }) => since), times[0] ?? Infinity)
  const until = Math.max(...pages.map((page) => page.until), times[times.length - 1] ?? -Infinity)
  const warmUp = pages.some(({ truncated }) => truncated) ? (until - from) * warmUpPart : 0
  const begin = countFrom ?? from + warmUp
  const { requests, told, visits = [] } = countsAt(pages, begin)
  // Of what has begun before the recording it is not known whether it was there already.
  const isWhole = warmUp === 0
  const longestMs = (until - from) * warmUpPart
  return {
    ...merged,
    from: Number.isFinite(from) ? from : 0,
    until: Number.isFinite(until) ? until : 0,
    rate: threshold / wholeThreshold,
    memoryCount: Math.max(1, tracks.length),
    countFrom: begin,
    requests,
    told,
    visits: visits
      .map((total, at) => ({ blockMs: visitBlocksMs[at]!, total }))
      .filter(({ blockMs }) => (blockMs === Infinity ? isWhole : blockMs <= longestMs))
      .reverse(),
  }
}

type Merged = Pick<Sample, 'times' | 'agents' | 'agentCount' | 'configs' | 'hashes' | 'memories' | 'nextThere'>

function inOrderOfTime(tracks: readonly Track[]): Merged {
  const length = tracks.reduce((sum, { times }) => sum + times.length, 0)
  const times = new Float64Array(length)
  const agents = new Int32Array(length)
  const configs = new Int32Array(length)
  const memories = new Int32Array(length)
  const nextThere = new Int32Array(length).fill(length)
  // In a single memory, each config has its one agent.
  const known = tracks.length === 1 ? undefined : tracks.map(() => new Map<number, number>())
  const knownConfigs = new Map<number, number>()
  const latest = tracks.map(() => -1)
  const read = tracks.map(() => 0)
  let agentCount = 0
  for (let at = 0; at < length; at++) {
    const memory = earliest(tracks, read)
    const { times: own, hashes } = tracks[memory]!
    const index = read[memory]!++
    const hash = hashes[index]!
    times[at] = own[index]!
    memories[at] = memory
    if (latest[memory]! >= 0) nextThere[latest[memory]!] = at
    latest[memory] = at
    const config = knownConfigs.get(hash) ?? knownConfigs.size
    if (config === knownConfigs.size) knownConfigs.set(hash, config)
    configs[at] = config
    const agent = known === undefined ? config : (known[memory]!.get(hash) ?? agentCount++)
    known?.[memory]!.set(hash, agent)
    agents[at] = agent
  }
  if (known === undefined) agentCount = knownConfigs.size
  return { times, agents, agentCount, configs, hashes: [...knownConfigs.keys()], memories, nextThere }
}

/** Below which all pages have all keys, and few enough of them. */
function commonThreshold(pages: readonly RecordingPage[]): number {
  let threshold = Math.max(1, Math.min(wholeThreshold, ...pages.map((page) => page.threshold)))
  const total = pages.reduce((sum, { events }) => sum + events.length / 2, 0)
  if (total <= maxEvents) return threshold
  for (;;) {
    const keys = new Set<number>()
    let events = 0
    for (const page of pages) {
      for (let at = 1; at < page.events.length; at += 2) {
        if (page.events[at]! >= threshold) continue
        events++
        keys.add(page.events[at]!)
      }
    }
    if (events <= maxEvents || keys.size < 2 * minKeys) return threshold
    threshold = Math.ceil(threshold / 2)
  }
}

/** In order of time, without what is outside the sample. */
function trackOf(page: RecordingPage, threshold: number): Track {
  const events = inOrder(page.events)
  const times = new Float64Array(events.length >> 1)
  const hashes = new Uint32Array(events.length >> 1)
  let count = 0
  for (let at = 0; at + 1 < events.length; at += 2) {
    const hash = events[at + 1]!
    if (hash >= threshold) continue
    times[count] = events[at]!
    hashes[count++] = hash
  }
  return { times: times.subarray(0, count), hashes: hashes.subarray(0, count) }
}

/** As they come, unless some have been read twice: those are left out. */
function inOrder(events: readonly number[]): readonly number[] {
  let ordered = true
  for (let at = 2; at < events.length; at += 2) ordered &&= events[at]! >= events[at - 2]!
  if (ordered) return events
  const pairs: (readonly [time: number, hash: number])[] = []
  for (let at = 0; at + 1 < events.length; at += 2) pairs.push([events[at]!, events[at + 1]!])
  pairs.sort(([time, hash], [otherTime, other]) => time - otherTime || hash - other)
  return pairs.filter(([time, hash], at) => time !== pairs[at - 1]?.[0] || hash !== pairs[at - 1]?.[1]).flat()
}

function earliest(tracks: readonly Track[], read: readonly number[]): number {
  let first = -1
  let time = Infinity
  for (let track = 0; track < tracks.length; track++) {
    const next = tracks[track]!.times[read[track]!]
    if (next !== undefined && (first < 0 || next < time)) {
      first = track
      time = next
    }
  }
  return first
}
