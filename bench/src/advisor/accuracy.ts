import type { CacheSettings, RecordingPage } from 'rekindle'
import { type Facts, predictOn } from 'rekindle/advisor'
import type { Grid, Verdict } from '../benchmark.ts'
import { median } from '../statistics.ts'
import { type Exact, replayExactly } from './exact-replay.ts'
import { recordedOf, sampledAt, wholeOf } from './recorded.ts'
import type { Trace } from './workloads.ts'

const minute = 60_000
const gridNames = ['time to live', 'idle time', 'size', 'time to live × size'] as const
type GridName = (typeof gridNames)[number]

/** What is varied, and by what: from a minute to two days, or parts of a trace that is shorter. */
function settingsFor({ times, keys }: Trace): Record<GridName, readonly CacheSettings[]> {
  const spanMs = times[times.length - 1]! - times[0]!
  const agentTimes = [1, 5, 20, 60, 180, 720, 2_880].map((minutes) => minutes * minute)
  const parts = [0.01, 0.03, 0.06, 0.12, 0.25, 0.5, 0.9].map((part) => Math.round(spanMs * part))
  const points = spanMs > 720 * minute ? agentTimes : parts
  const distinct = new Set(keys).size
  const sizes = [0.01, 0.03, 0.08, 0.2, 0.5].map((part) => Math.max(1, Math.round(distinct * part)))
  const longest = points[points.length - 1]!
  const free = { configTtlMs: longest, liveTtlMs: longest, idleMs: 1e12, maxAgents: 1e9 }
  const bySize = (setting: CacheSettings) => sizes.map((maxAgents) => ({ ...setting, maxAgents }))
  const byTtl = points.map((ttlMs) => ({ ...free, configTtlMs: ttlMs, liveTtlMs: ttlMs }))
  return {
    'time to live': byTtl,
    'idle time': points.map((idleMs) => ({ ...free, idleMs })),
    size: bySize(byTtl[4]!),
    'time to live × size': byTtl.filter((_, at) => at % 2 === 0).flatMap(bySize),
  }
}

const facts = (settings: CacheSettings): Facts => ({
  settings,
  stored: true,
  sharesConfigs: false,
  ttlJitter: 0,
  workers: 1,
  cost: { configMs: 1, buildMs: 100 },
  bytes: undefined,
})

type Errors = Record<GridName, number>

/** Mean absolute error of the two rates, in points. */
async function errorsOf(
  page: RecordingPage,
  settings: Record<GridName, readonly CacheSettings[]>,
  exact: Record<GridName, readonly Exact[]>,
): Promise<Errors> {
  const errors = {} as Errors
  for (const name of gridNames) {
    const predictions = await predictOn({ live: [page], config: 'live' }, facts(settings[name][0]!), settings[name])
    const differences = predictions.flatMap(({ memoryHitRate, withoutBuild }, at) => [
      Math.abs(memoryHitRate - exact[name][at]!.memoryHitRate),
      Math.abs(withoutBuild - exact[name][at]!.withoutBuild),
    ])
    errors[name] = (100 * differences.reduce((sum, each) => sum + each, 0)) / differences.length
  }
  return errors
}

interface Judged {
  readonly name: string
  readonly requests: number
  readonly keys: number
  /** What is recorded by default, and within a megabyte. */
  readonly rate: number
  readonly recorded: Errors
  readonly largerRate: number
  readonly larger: Errors
  readonly sampled: Errors
  readonly sampledKeys: number
}

const samplingRate = 0.01
/** Of each trace, with other hashes each time. */
const samplesPerTrace = 5
/** 0.8 MB. */
const largerEvents = 98_304

/** Each of `traces` as one row: the median of each error over them. The hashes of each have a salt of their own. */
async function judge(traces: readonly Trace[]): Promise<Judged> {
  const [recorded, larger, sampled]: [Errors[], Errors[], Errors[]] = [[], [], []]
  const [rates, largerRates, keyCounts]: [number[], number[], number[]] = [[], [], []]
  let known: { readonly trace: Trace; readonly exact: Record<GridName, readonly Exact[]> } | undefined
  for (const [at, trace] of traces.entries()) {
    const settings = settingsFor(trace)
    const exactOf = (name: GridName) => settings[name].map((setting) => replayExactly(trace, setting))
    if (known?.trace !== trace) {
      known = { trace, exact: Object.fromEntries(gridNames.map((name) => [name, exactOf(name)])) as Record<GridName, Exact[]> }
    }
    const whole = await wholeOf(trace, `${at}:`)
    const page = recordedOf(whole)
    rates.push(page.threshold / 2 ** 31)
    recorded.push(await errorsOf(page, settings, known.exact))
    const more = recordedOf(whole, largerEvents)
    largerRates.push(more.threshold / 2 ** 31)
    larger.push(await errorsOf(more, settings, known.exact))
    for (let each = 0; each < samplesPerTrace; each++) {
      const sample = sampledAt(await wholeOf(trace, `${at}.${each}:`), samplingRate)
      keyCounts.push(new Set(sample.events.filter((_, index) => index % 2 === 1)).size)
      sampled.push(await errorsOf(sample, settings, known.exact))
    }
  }
  const middle = (of: readonly Errors[]) =>
    Object.fromEntries(gridNames.map((name) => [name, median(of.map((each) => each[name]))])) as Errors
  const [{ name, keys }] = traces as readonly [Trace]
  return {
    name,
    requests: keys.length,
    keys: new Set(keys).size,
    rate: median(rates),
    recorded: middle(recorded),
    largerRate: median(largerRates),
    larger: middle(larger),
    sampled: middle(sampled),
    sampledKeys: median(keyCounts),
  }
}

/** Each of `workloads` is several traces of one kind, or the same one several times. */
export async function drawAccuracy(workloads: readonly (readonly Trace[])[], hasFile: boolean): Promise<Grid> {
  const judged: Judged[] = []
  for (const traces of workloads) judged.push(await judge(traces))
  const points = (value: number) => value.toFixed(2)
  const row = (name: string, of: string, rate: number, errors: Errors) => [
    name,
    of,
    `${(100 * rate).toFixed(rate < 0.1 ? 1 : 0)} %`,
    ...gridNames.map((each) => points(errors[each])),
  ]
  const lines = judged.flatMap((it) => [
    row(`${it.name}, 0.3 MB (default)`, `${it.requests} of ${it.keys} keys`, it.rate, it.recorded),
    row(`${it.name}, 0.8 MB`, `${it.requests} of ${it.keys} keys`, it.largerRate, it.larger),
    row(`${it.name}, 1 % of keys`, `those of ${it.sampledKeys} keys`, samplingRate, it.sampled),
  ])
  if (!hasFile) lines.push(['trace file', 'none: --trace=PATH names one', '', '', '', '', ''])
  const targets = judged.flatMap(({ name, larger, sampled }): Verdict[] => [
    verdict(`${name}, 0.8 MB`, larger, 1),
    verdict(`${name}, 1 % of keys`, sampled, 2),
  ])
  return {
    title: 'how far predictions are from an exact replay: mean absolute error of the hit rates, in percentage points',
    table: [['', 'requests', 'sample', ...gridNames], ...lines],
    notes: [
      'Of two rates, the part that memory answers and the part without a full build, over all settings of a grid.',
      `Medians over ${workloads[0]?.length} traces of distinct seeds, or as many recordings of a file with other hashes; at 1 %, over ${samplesPerTrace} samples of each.`,
    ],
    targets,
    figures: judged,
  }
}

function verdict(name: string, errors: Errors, atMost: number): Verdict {
  const worst = Math.max(...Object.values(errors))
  return { met: worst <= atMost, text: `${name}: worst grid ${worst.toFixed(2)} points; target ≤ ${atMost}` }
}
