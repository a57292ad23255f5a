import { fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Benchmark, Grid, Verdict } from '../benchmark.ts'
import { median } from '../statistics.ts'
import { type AgentServer, startAgentServer } from './agent-server.ts'
import type { LoadFindings, LoadOrder, Spread } from './load-orders.ts'

/** A thousand conversations with the server at once: with all tiers, while its workers are replaced, and without the tiers. */
export const loadBenchmark: Benchmark = {
  needsRedis: false,
  async prepare({ scale }) {
    const quick = scale.rounds < 11
    return { comparisons: [], grids: [() => draw(quick ? 200 : 1_000, quick ? 10_000 : 60_000)], end: async () => {} }
  },
}

interface Run {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
  readonly restart: boolean
}

const runs: readonly Run[] = [
  { name: 'all tiers', env: {}, restart: false },
  { name: 'all tiers, workers replaced', env: {}, restart: true },
  { name: 'memory only', env: { REKINDLE_CACHE: 'memory' }, restart: false },
  { name: 'no cache', env: { REKINDLE_CACHE: 'off' }, restart: false },
]

interface Outcome extends LoadFindings {
  readonly name: string
  /** Medians of the second third of the time, and of the last. */
  readonly residentMb: readonly [number, number]
}

async function draw(conversations: number, measuredMs: number): Promise<Grid> {
  const outcomes: Outcome[] = []
  for (const run of runs) outcomes.push(await measure(run, conversations, measuredMs))
  return {
    title: `${conversations} WebSocket conversations at once for ${measuredMs / 1000} s (4 workers, SQLite, offline model)`,
    table: [['', ...outcomes.map(({ name }) => name)], ...rows.map(([title, words]) => [title, ...outcomes.map(words)])],
    targets: outcomes.flatMap(judged),
    notes: [
      'Agent in hand: from asking for it to having it, of all turns but the first of each conversation. Users think 5 to 15 s.',
      'Users and server share the two cores. Replies are checked: whole, right, once.',
    ],
    figures: outcomes,
  }
}

const rows: readonly [title: string, words: (outcome: Outcome) => string][] = [
  ['turns', ({ turns }) => String(turns)],
  ['errors', ({ errors }) => words(errors)],
  ['replies lost / repeated', ({ lost, repeated }) => `${lost} / ${repeated}`],
  ['connections lost / replies resumed', ({ reconnected, resumed }) => `${reconnected} / ${resumed}`],
  ['agent in hand, p50', ({ inHand }) => ms(inHand, 'p50')],
  ['agent in hand, p99', ({ inHand }) => ms(inHand, 'p99')],
  ['agent in hand, slowest', ({ inHand }) => ms(inHand, 'max')],
  ['whole reply, p50', ({ reply }) => ms(reply, 'p50')],
  ['whole reply, p99', ({ reply }) => ms(reply, 'p99')],
  ['served from', ({ sources }) => words(sources)],
  ['memory, second and last third', ({ residentMb: [second, last] }) => `${Math.round(second)}, ${Math.round(last)} MB`],
]

const words = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'none'

function ms(spread: Spread, figure: 'p50' | 'p99' | 'max'): string {
  const value = spread[figure]
  return `${value.toFixed(value < 1 ? 3 : value < 10 ? 1 : 0)} ms`
}

function judged({ name, errors, lost, repeated, inHand, residentMb: [second, last] }: Outcome): Verdict[] {
  if (name !== 'all tiers' && name !== 'all tiers, workers replaced') return []
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0) + lost + repeated
  const whole: Verdict = { met: failed === 0, text: `${name}: errors, lost and repeated replies = ${failed}; target 0` }
  if (name !== 'all tiers') return [whole]
  const growth = last / second
  return [
    whole,
    { met: inHand.p99 < 5, text: `${name}: agent in hand, p99 = ${ms(inHand, 'p99')}; target < 5 ms` },
    { met: growth <= 1.15, text: `${name}: memory, last third of the time ÷ second = ${growth.toFixed(2)}; target ≤ 1.15` },
  ]
}

async function measure({ name, env, restart }: Run, conversations: number, measuredMs: number): Promise<Outcome> {
  await using server = await startAgentServer(env)
  const { url, secret } = server
  const order: LoadOrder = { url, secret, conversations, openingMs: conversations * 15, measuredMs, thinkMs: 10_000 }
  let residentMb: readonly [number, number] = [0, 0]
  const findings = await withUsers(order, async () => {
    await delay(measuredMs / 3)
    // What it does not finish, the users see.
    if (restart) void server.restartWorkers().catch(() => {})
    residentMb = [await resident(server, measuredMs / 3), await resident(server, measuredMs / 3)]
  })
  return { name, ...findings, residentMb }
}

/** The median over `ms`: each process' garbage is collected now and then, and what one moment shows is chance. */
async function resident(server: AgentServer, ms: number): Promise<number> {
  const seen: number[] = []
  for (const until = performance.now() + ms; performance.now() < until; await delay(1_000)) seen.push(server.residentMb())
  return median(seen)
}

function withUsers(order: LoadOrder, meanwhile: () => Promise<void>): Promise<LoadFindings> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'load-process.ts'), [JSON.stringify(order)])
    const stop = () => child.kill('SIGKILL')
    process.once('exit', stop)
    let findings: LoadFindings | undefined
    let watched: Promise<void> | undefined
    child.on('message', (message: { type: 'opened' } | { type: 'findings'; findings: LoadFindings }) => {
      if (message.type === 'opened') watched = meanwhile()
      else findings = message.findings
    })
    child.once('error', reject)
    child.once('exit', (code) => {
      process.off('exit', stop)
      if (findings === undefined) return reject(new Error(`The users' process ended with ${code}.`))
      const found = findings
      void watched?.then(() => resolve(found), reject)
    })
  })
}
