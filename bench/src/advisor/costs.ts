import { adviseOn, factsFrom } from 'rekindle/advisor'
import { syncBatch } from '../batch.ts'
import type { Comparison } from '../benchmark.ts'
import { recordedOf, watchOf, wholeOf } from './recorded.ts'
import type { Trace } from './workloads.ts'

const sampled = 'a key in the sample'
const others = 'a key outside the sample'
const again = 'a key noted a moment ago'

/** What it costs to be told of a request: half of all keys are in the sample then. */
export function seeing(batchMs: number): Comparison {
  const begin = 1_700_000_000_000
  const { watch, pass } = watchOf(begin)
  // Filled, so that the sample has been halved, and again and again while this is measured.
  let now = begin
  const hashes = Uint32Array.from({ length: 65_536 }, (_, at) => (at * 2_654_435_761) >>> 1)
  for (const hash of hashes) {
    pass((now += 10))
    watch.see(hash, hash, now)
  }
  const below = watch.page('live', 0, 1).threshold
  const pick = (fits: (hash: number) => boolean) => hashes.filter(fits).subarray(0, 4_096)
  const [inside, outside] = [pick((hash) => hash < below / 64), pick((hash) => hash >= below)]
  const loop = (of: Uint32Array, stepMs: number) => (count: number) => {
    for (let each = 0; each < count; each++) {
      const hash = of[each % of.length]!
      if (each % of.length === 0) now += stepMs
      watch.see(hash, hash, now)
    }
    return now
  }
  return {
    title: 'one request told to an advisor',
    unit: 'ns',
    baseline: others,
    contestants: [
      { name: others, round: syncBatch(loop(outside, 1_000), batchMs) },
      { name: again, round: syncBatch(loop(inside, 0), batchMs) },
      { name: sampled, round: syncBatch(loop(inside, 2_000), batchMs) },
    ],
    targets: [{ of: others, atMost: 10 }],
    notes: [
      'On top of it a cache makes two hashes of a key, once for each agent.',
      'For 32 768 events, 328 KiB for each scope, from the beginning: 8 bytes each, 32 KiB to know what has just been noted, and 40 KiB to count keys.',
    ],
  }
}

const whole = 'advice, full recording'
const longestPiece = 'its longest piece'

/** How long advice takes, and for how long it keeps the process from other things. */
export async function advising(trace: Trace): Promise<Comparison> {
  const page = recordedOf(await wholeOf(trace, ''))
  let longest = 0
  const advise = async () => {
    let last = performance.now()
    longest = 0
    const look = (): void => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      next = setImmediate(look)
    }
    let next = setImmediate(look)
    const started = performance.now()
    await adviseOn({ live: [page], config: 'live' }, factsFrom([], { stored: true }))
    const tookMs = performance.now() - started
    clearImmediate(next)
    return tookMs
  }
  return {
    title: `advice on ${page.events.length / 2} recorded requests`,
    unit: 'ms',
    baseline: whole,
    contestants: [
      { name: whole, round: advise },
      { name: longestPiece, round: () => longest },
    ],
    targets: [
      { of: whole, atMost: 1_000 },
      { of: longestPiece, atMost: 10 },
    ],
    notes: [],
  }
}
