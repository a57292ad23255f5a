import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Grid } from '../benchmark.ts'
import { OrderedProcess } from '../fleet-process.ts'
import { startRedis } from '../redis-server.ts'
import { figure } from '../report.ts'
import { calibrate } from './calibration.ts'
import { count, ms as inMs, percent } from './cells.ts'
import { usualFleet } from './fleet-plan.ts'
import type { RealFigures, RealOrder } from './real-worker.ts'
import { redisCosts } from './redis-costs.ts'
import { simulate } from './simulate.ts'
import type { Figures } from './simulation-orders.ts'
import { smallFleet, type SmallFigures } from './small-fleet.ts'

/** The constants of the model beside what is measured now. */
export async function drawCalibration(full: boolean): Promise<Grid> {
  const measured = await calibrate(full ? 4_000 : 400)
  const names = Object.keys(redisCosts) as (keyof typeof redisCosts)[]
  return {
    title: 'What Redis’s thread spends on what, µs of processor time',
    table: [
      ['', 'in the model', 'measured now'],
      ...names.map((name) => [name, figure(redisCosts[name]), figure(measured[name])]),
    ],
    notes: [
      'exchange: to read what a connection has sent and to answer it. deliver: to send a subscriber what it is told. See redis-costs.ts.',
    ],
    targets: [],
    figures: { measured },
  }
}

/** The same small fleet, simulated and real. */
export async function drawSmallFleet(full: boolean): Promise<Grid> {
  const ms = full ? 20_000 : 3_000
  const real = await runSmallFleet(ms)
  const [simulated, again] = await Promise.all([
    simulate<SmallFigures>({ type: 'small', ms, seed: 1 }),
    simulate<SmallFigures>({ type: 'small', ms, seed: 2 }),
  ])
  const perSecond = (value: number) => count(value / (ms / 1_000))
  const row = (name: string, of: (figures: SmallFigures) => number) => [
    name,
    perSecond(of(real)),
    perSecond(of(simulated)),
    perSecond(of(again)),
    (of(simulated) / of(real)).toFixed(2),
  ]
  const commands = ['mget', 'evalsha', 'set', 'publish', 'ping'] as const
  return {
    title: `A small fleet, real and simulated in full: ${smallFleet.workers} workers, ${smallFleet.workers * smallFleet.sessions} sessions, ${ms / 1_000} s, per second`,
    table: [
      ['', 'real processes, real Redis', 'simulated', 'with another seed', 'simulated ÷ real'],
      row('requests', ({ requests }) => requests),
      row('served from memory', ({ memory }) => memory),
      row('configs loaded', ({ loads }) => loads),
      ...commands.map((command) => row(`Redis: ${command}`, (figures) => figures.commands[command])),
      row('Redis: ms of its thread', ({ redisMs }) => redisMs),
    ],
    notes: [
      'Commands as `INFO commandstats` counts them, without those in scripts. Both begin with nothing, and edit two agents a second. The real Redis',
      'also has its own timers to see to, and wakes with cold caches for each command, of which there are few here.',
    ],
    targets: [],
    figures: { real, simulated, again },
  }
}

async function runSmallFleet(ms: number): Promise<SmallFigures> {
  const redis = await startRedis()
  const admin = new Redis(redis.port, '127.0.0.1')
  const workers = Array.from(
    { length: smallFleet.workers },
    () => new OrderedProcess<RealOrder>(join(import.meta.dirname, 'real-worker.ts')),
  )
  const stop = () => workers.forEach((worker) => worker.kill())
  process.once('exit', stop)
  try {
    await Promise.all(workers.map((each, worker) => each.order({ type: 'open', port: redis.port, worker, seed: 1 })))
    const before = await statsOf(admin)
    const parts = await Promise.all(workers.map((each) => each.order<RealFigures>({ type: 'run', ms })))
    const after = await statsOf(admin)
    const sum = (of: (part: RealFigures) => number) => parts.reduce((total, part) => total + of(part), 0)
    const calls = (command: string) => (after.calls.get(command) ?? 0) - (before.calls.get(command) ?? 0)
    // A script that invalidates sets the clock, and one that claims nothing.
    const set = calls('set') - 1 - Math.floor(ms / 500)
    return {
      requests: sum(({ requests }) => requests),
      memory: sum(({ memory }) => memory),
      loads: sum(({ loads }) => loads),
      commands: {
        mget: calls('mget'),
        evalsha: calls('evalsha'),
        set,
        publish: calls('publish') - Math.floor(ms / 500),
        ping: calls('ping'),
      },
      redisMs: after.cpuMs - before.cpuMs,
    }
  } finally {
    stop()
    process.off('exit', stop)
    admin.disconnect()
    redis.stop()
  }
}

async function statsOf(admin: Redis): Promise<{ readonly calls: ReadonlyMap<string, number>; readonly cpuMs: number }> {
  const [commands, cpu] = [await admin.info('commandstats'), await admin.info('cpu')]
  const calls = [...commands.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(
    ([, name = '', times]) => [name, Number(times)] as const,
  )
  const seconds = (part: string) => Number(new RegExp(`used_cpu_${part}_main_thread:([\\d.]+)`).exec(cpu)?.[1])
  return { calls: new Map(calls), cpuMs: (seconds('sys') + seconds('user')) * 1_000 }
}

type Sample = readonly [workers: number, part: number]

const fullSamples: readonly Sample[] = [
  [50, 0.01],
  [50, 0.02],
  [50, 0.04],
  [100, 0.02],
  [200, 0.01],
  [1_000, 0.004],
]

const quickSamples: readonly Sample[] = [
  [20, 0.02],
  [20, 0.04],
  [40, 0.02],
]

/** The same fleet, with more or less of it simulated. */
export async function drawSampling(full: boolean): Promise<Grid> {
  const samples = full ? fullSamples : quickSamples
  const all = await Promise.all(
    samples.map(([simulated, part]) =>
      simulate<Figures>({ type: 'steady', ms: full ? 40_000 : 10_000, plan: { ...usualFleet, simulated, part } }),
    ),
  )
  return {
    title: 'A thousand workers with ten million sessions, with more or less of them simulated',
    table: [
      [
        'workers simulated',
        'part of the agents',
        'requests/s',
        'from memory',
        'reads/s',
        'heartbeats/s',
        'Redis’s thread',
        'p99 of a request',
      ],
      ...all.map((figures, at) => [
        count(samples[at]![0]),
        percent(samples[at]![1]),
        count(figures.requests),
        percent(figures.memory),
        count((figures.commands['read'] ?? 0) + (figures.commands['read config'] ?? 0)),
        count(figures.commands['sync'] ?? 0),
        percent(figures.hub),
        inMs(figures.p99),
      ]),
    ],
    notes: [
      'Each simulated worker stands for some, each simulated agent (with all its sessions) for some; what is not simulated loads the servers evenly.',
    ],
    targets: [],
    figures: all,
  }
}
