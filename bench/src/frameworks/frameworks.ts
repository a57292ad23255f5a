import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Benchmark, Grid, Verdict } from '../benchmark.ts'
import { median } from '../statistics.ts'
import { frameworks } from './framework-cases.ts'
import type { FrameworkFindings, FrameworkOrder } from './framework-orders.ts'
import { type McpGround, startMcpGround } from './mcp-ground.ts'

/** Agents of each framework: made for every request as its documentation shows, from memory, and from a stored config. */
export const frameworkBenchmark: Benchmark = {
  needsRedis: true,
  async prepare({ scale, redisPort }) {
    const ground = await startMcpGround()
    const runs = Math.ceil(scale.rounds / 4)
    return {
      comparisons: [],
      grids: [() => draw(runs, redisPort!, ground)],
      end: async () => ground.end(),
    }
  },
}

interface Subject {
  readonly name: string
  readonly runs: FrameworkFindings[]
}

async function draw(runs: number, redisPort: number, ground: McpGround): Promise<Grid> {
  const subjects = Object.keys(frameworks).map((name): Subject => ({ name, runs: [] }))
  for (let round = 0; round < runs; round++) {
    for (const { name, runs: own } of subjects) own.push(await measure({ name, redisPort, servers: ground.servers }))
  }
  return {
    title: `Agents of each framework (medians of ${runs} processes)`,
    table: transposed([['', ...rows.map(([title]) => title)], ...subjects.map(line)]),
    targets: subjects.flatMap(judged),
    notes: legend,
    figures: subjects,
  }
}

const medianOf = ({ runs }: Subject, figure: (findings: FrameworkFindings) => number) => median(runs.map(figure))

const rows: readonly [title: string, words: (subject: Subject) => string][] = [
  ['import, once per process', (subject) => `${Math.round(medianOf(subject, ({ importMs }) => importMs))} ms`],
  ['made for the request', (subject) => cost(subject, ({ naive }) => naive)],
  ['memory hit', (subject) => cost(subject, ({ memory }) => memory)],
  ['config hit (Redis)', (subject) => cost(subject, ({ config }) => config)],
  ['  of it createAgent', (subject) => cost(subject, ({ create }) => create)],
  ['two MCP servers: made for the request', (subject) => cost(subject, ({ mcp }) => mcp.naive)],
  ['two MCP servers: memory hit', (subject) => cost(subject, ({ mcp }) => mcp.memory)],
  ['two MCP servers: config hit (Redis)', (subject) => cost(subject, ({ mcp }) => mcp.config)],
  ['two MCP servers: of it createAgent', (subject) => cost(subject, ({ mcp }) => mcp.create)],
  ["kept by the framework's own agent", (subject) => size(medianOf(subject, ({ bareBytes }) => bareBytes))],
  ["kept by the adapter's", (subject) => size(medianOf(subject, ({ madeBytes }) => madeBytes))],
  ['kept by one in the cache', (subject) => size(medianOf(subject, ({ cachedBytes }) => cachedBytes))],
]

function line(subject: Subject): string[] {
  return [subject.name, ...rows.map(([, words]) => words(subject))]
}

function judged(subject: Subject): Verdict[] {
  const ratio = (figure: (findings: FrameworkFindings) => number) => medianOf(subject, figure)
  const verdict = (what: string, value: number, target: { atLeast?: number; atMost?: number }): Verdict => ({
    met: value >= (target.atLeast ?? 0) && value <= (target.atMost ?? Infinity),
    text: `${subject.name}: ${what} = ${value.toFixed(value < 10 ? 2 : 0)}×; target ${target.atMost === undefined ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`}×`,
  })
  return [
    verdict(
      'made for the request ÷ memory hit',
      ratio(({ naive, memory }) => naive.us / memory.us),
      { atLeast: 100 },
    ),
    verdict(
      'connecting ÷ config hit, with two MCP servers',
      ratio(({ mcp }) => mcp.naive.us / mcp.config.us),
      { atLeast: 100 },
    ),
    verdict(
      "heap of the adapter's agent ÷ the framework's own",
      ratio(({ madeBytes, bareBytes }) => madeBytes / bareBytes),
      {
        atMost: 1.2,
      },
    ),
  ]
}

function cost(subject: Subject, of: (findings: FrameworkFindings) => { readonly us: number; readonly bytes: number }): string {
  const us = medianOf(subject, (findings) => of(findings).us)
  return `${time(us)}, ${size(medianOf(subject, (findings) => of(findings).bytes))}`
}

function time(us: number): string {
  if (us >= 1000) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`
  return `${us.toFixed(us < 10 ? 2 : 0)} µs`
}

function size(bytes: number): string {
  const kilobytes = bytes / 1024
  return `${kilobytes.toFixed(kilobytes < 10 ? 1 : 0)} KB`
}

function transposed(table: readonly (readonly string[])[]): string[][] {
  return table[0]!.map((_, column) => table.map((cells) => cells[column]!))
}

function measure(order: FrameworkOrder): Promise<FrameworkFindings> {
  return new Promise((resolve, reject) => {
    // A young generation that nothing is collected from within a batch: what it holds more afterwards was allocated.
    const execArgv = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128']
    const child = fork(join(import.meta.dirname, 'framework-process.ts'), [JSON.stringify(order)], { execArgv })
    const stop = () => child.kill('SIGKILL')
    process.once('exit', stop)
    let findings: FrameworkFindings | undefined
    child.once('message', (message) => (findings = message as FrameworkFindings))
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.off('exit', stop)
      if (findings === undefined) reject(new Error(`${order.name} failed (${signal ?? `exit code ${code}`}).`))
      else resolve(findings)
    })
  })
}

const legend = [
  'Ten tools, described with zod. "Made for the request": the model client, the tools and the agent, as each framework’s documentation',
  'shows it. Each framework in processes of its own. Time of one operation, and the bytes it allocates, garbage included.',
  'Memory hit: acquire and release. Config hit: the same for a session that this process has not seen, whose agent’s config is in Redis.',
  'The MCP servers are the protocol’s reference server, over stdio and over HTTP. Made for the request: connect to both at once, list, close,',
  'with the protocol’s own client, which the frameworks use too; Rekindle makes no connection until a tool is called.',
  '"Kept": heap per agent while 2 000 are held, model and tools shared by all; in the cache with its entry and key.',
]
