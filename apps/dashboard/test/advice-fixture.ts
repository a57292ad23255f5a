import type { AuditSummary, CacheSettings } from 'rekindle'
import type { Prediction } from 'rekindle/advisor'
import type { FleetAdvice } from '../src/api/advice.ts'

const minute = 60_000
const hour = 60 * minute
const now: CacheSettings = { configTtlMs: hour, liveTtlMs: hour, idleMs: 15 * minute, maxAgents: 200 }
const better: CacheSettings = { configTtlMs: 12 * hour, liveTtlMs: 12 * hour, idleMs: hour, maxAgents: 500 }
const times = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1_440, 2_880, 4_320, 7_200, 10_080].map((each) => each * minute)
const sizes = [25, 50, 100, 150, 200, 300, 500, 700, 1_000, 2_000]

/** Curves of the right shape: they rise with each setting, and flatten. */
function predict(setting: CacheSettings): Prediction {
  const { configTtlMs, liveTtlMs, idleMs, maxAgents } = setting
  const rising = (value: number, half: number): number => value / (value + half)
  const agents = Math.min(maxAgents, 620 * rising(Math.min(idleMs, liveTtlMs), 20 * minute))
  const memoryHitRate = 0.97 * rising(agents, 45) * rising(Math.min(liveTtlMs, configTtlMs), 6 * minute)
  const configHitRate = 0.96 * rising(configTtlMs, 25 * minute)
  const withoutBuild = memoryHitRate + (1 - memoryHitRate) * configHitRate
  const builds = 9_400 * (1 - withoutBuild)
  const entries = Math.round(2_600 * rising(configTtlMs, 3 * hour))
  return {
    setting,
    memoryHitRate,
    configHitRate,
    withoutBuild,
    liveAgents: { mean: agents * 0.62, max: Math.round(agents) },
    store: { entries, bytes: entries * 4_300 },
    buildsPerHour: builds,
    rebuildMsPerHour: builds * 180 + 9_400 * (withoutBuild - memoryHitRate) * 2,
  }
}

interface Found {
  /** In the last minute, 5 and 10 minutes; what is unstable among the inconsistent. */
  readonly audited: readonly [number, number, number]
  readonly inconsistent: readonly [number, number, number]
  readonly unstable: number
}

const audit = ({ audited, inconsistent, unstable }: Found): AuditSummary => ({
  consistent: audited[2] * 8,
  inconsistent: inconsistent[2] - unstable,
  unstable,
  failed: 1,
  skipped: 0,
  windows: ([1, 5, 10] as const).map((minutes, at) => ({
    minutes,
    audited: audited[at]!,
    inconsistent: inconsistent[at]!,
    nines: Math.log10(audited[at]! / Math.max(1, inconsistent[at]!)),
  })),
})

const workers = ['web-1:4711:0123456789ab:aaaaaaaa', 'web-1:4712:0123456789ab:bbbbbbbb']

/** What `/api/advice` might say of a busy fleet, at `at`. */
export function adviceFixture(at: number): FleetAdvice {
  return {
    at: at - 12_000,
    advice: {
      from: at - 26 * hour,
      until: at,
      requests: 244_310,
      sample: { events: 30_112, keys: 1_840, rate: 0.25 },
      caution: undefined,
      current: predict(now),
      curves: {
        configTtl: times.map((configTtlMs) => predict({ ...now, configTtlMs })),
        liveTtl: times.map((liveTtlMs) => predict({ ...now, liveTtlMs })),
        idle: times.map((idleMs) => predict({ ...now, idleMs })),
        size: sizes.map((maxAgents) => predict({ ...now, maxAgents })),
      },
      grids: {
        ttlBySize: times.map((ms) => sizes.map((maxAgents) => predict({ ...now, configTtlMs: ms, liveTtlMs: ms, maxAgents }))),
        idleBySize: times.map((idleMs) => sizes.map((maxAgents) => predict({ ...now, idleMs, maxAgents }))),
      },
      recommended: {
        prediction: predict(better),
        reachesTargets: true,
        why: 'Most rebuilds are of agents whose config had just expired: people come back the next morning.',
      },
    },
    served: { memory: 196_020, config: 31_800, build: 15_910 },
    audit: {
      rate: 0.001,
      all: audit({ audited: [31, 148, 306], inconsistent: [0, 1, 3], unstable: 1 }),
      workers: [
        { worker: workers[0]!, audit: audit({ audited: [15, 70, 150], inconsistent: [0, 0, 1], unstable: 1 }) },
        { worker: workers[1]!, audit: audit({ audited: [16, 78, 156], inconsistent: [0, 1, 2], unstable: 0 }) },
      ],
      suspects: [
        { worker: workers[1]!, agentId: 'planner', outcome: 'inconsistent', times: 2, at: at - 3 * minute },
        { worker: workers[0]!, agentId: 'data-analyst', outcome: 'unstable', times: 1, at: at - 9 * minute },
      ],
    },
    autoTune: { target: 0.95, minTtlMs: minute, maxTtlMs: 24 * hour },
    tunings: [
      {
        worker: workers[0]!,
        at: at - 8 * minute,
        from: { ...now, configTtlMs: 40 * minute },
        to: now,
        target: 0.95,
        predicted: 0.938,
      },
    ],
    workers,
    silent: [],
    unwatched: [],
    unreachable: false,
  }
}
