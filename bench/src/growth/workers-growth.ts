import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Grid } from '../benchmark.ts'
import { commandCount } from '../redis-figures.ts'
import { now } from '../fleet-orders.ts'
import { OrderedProcess } from '../fleet-process.ts'
import { curveGrid, Lines } from './curve-grid.ts'
import { type Served, sessionsOfWorker, type WorkerOrder, type WorkerWay } from './worker-orders.ts'

const numbers = [1, 2, 4, 8]
const most = numbers.at(-1)!
const ways: readonly WorkerWay[] = ['raw', 'rekindle']
const unmeasured = 3
const headStartMs = 20
const settleMs = 1_500
const restMs = 3_000

type Worker = OrderedProcess<WorkerOrder>

const names: Readonly<Record<WorkerWay, string>> = {
  raw: 'raw ioredis GET + JSON.parse',
  rekindle: 'rekindle, acquire + release',
}

/** How many config hits workers have together, by their number. */
export async function drawHitsOfWorkers(rounds: number, redisPort: number): Promise<Grid> {
  const lines = new Lines()
  await withWorkers(most * ways.length, async (all) => {
    const teams = ways.map((way, at) => ({ way, workers: all.slice(at * most, (at + 1) * most) }))
    for (const { way, workers } of teams) for (const worker of workers) await worker.order({ type: 'open', redisPort, way })
    for (let round = -unmeasured; round < rounds; round++) {
      for (const number of numbers) {
        for (const { way, workers } of teams) {
          const value = await served(workers.slice(0, number))
          if (round >= 0) lines.add(names[way], number, value)
        }
      }
    }
  })
  return curveGrid({
    title: 'Config hits of all workers together, one Redis',
    of: 'workers',
    unit: 'per second',
    lines: lines.all(),
    notes: [
      `Each worker is a process that serves ${sessionsOfWorker} sessions it has not seen, 100 at once, from configs of 4 KB of 20 agents. Workers and`,
      'Redis share the cores named above: two are full with two workers, and then it matters what a hit costs worker and Redis together.',
    ],
  })
}

async function served(workers: readonly Worker[]): Promise<number> {
  await Promise.all(workers.map((worker) => worker.order({ type: 'begin' })))
  const at = now() + headStartMs
  const all = await Promise.all(workers.map((worker) => worker.order<Served>({ type: 'serve', at })))
  await Promise.all(workers.map((worker) => worker.order({ type: 'finish' })))
  const began = Math.min(...all.map((one) => one.began))
  const ended = Math.max(...all.map((one) => one.ended))
  return (1_000 * workers.length * sessionsOfWorker) / (ended - began)
}

/** What workers that have nothing to do ask of Redis and of the processor. */
export async function drawRestOfWorkers(redisPort: number): Promise<Grid> {
  const lines = new Lines()
  const client = new Redis({ host: '127.0.0.1', port: redisPort })
  const alone = await redisAtRest(client)
  await withWorkers(most, async (workers) => {
    let opened = 0
    for (const number of numbers) {
      for (; opened < number; opened++) await workers[opened]!.order({ type: 'idle', redisPort })
      await delay(settleMs)
      const before = await processorTimes(workers.slice(0, number))
      const { commands, processorUs } = await redisAtRest(client)
      const after = await processorTimes(workers.slice(0, number))
      lines.add('commands that Redis carries out', number, commands)
      lines.add('µs of processor, Redis', number, Math.max(0, processorUs - alone.processorUs))
      lines.add('µs of processor, each worker', number, (1_000 * (after - before)) / number / restMs)
    }
  })
  client.disconnect()
  return curveGrid({
    title: 'Workers at rest: what it takes to know that nothing was invalidated',
    of: 'workers',
    unit: 'per second',
    lines: lines.all(),
    notes: [
      `Over ${restMs / 1_000} s, once, with the default maxStalenessMs: a heartbeat about twice a second, a script of which each command counts.`,
      `Redis alone takes ${Math.round(alone.processorUs)} µs a second, which is not counted; of a worker everything counts that Node does meanwhile.`,
      'A second has 1 000 000 µs.',
    ],
  })
}

/** Per second. */
async function redisAtRest(client: Redis): Promise<{ readonly commands: number; readonly processorUs: number }> {
  const [commands, processorUs] = [await commandCount(client), await processorTimeOf(client)]
  await delay(restMs)
  const seconds = restMs / 1_000
  return {
    commands: ((await commandCount(client)) - commands) / seconds,
    processorUs: ((await processorTimeOf(client)) - processorUs) / seconds,
  }
}

async function processorTimeOf(client: Redis): Promise<number> {
  const text = await client.info('cpu')
  const seconds = ['user', 'sys'].map((kind) => Number(new RegExp(`^used_cpu_${kind}:([\\d.]+)`, 'm').exec(text)![1]))
  return 1e6 * seconds.reduce((sum, part) => sum + part)
}

async function processorTimes(workers: readonly Worker[]): Promise<number> {
  const all = await Promise.all(workers.map((worker) => worker.order<number>({ type: 'processor-time' })))
  return all.reduce((sum, one) => sum + one)
}

async function withWorkers(count: number, use: (workers: readonly Worker[]) => Promise<void>): Promise<void> {
  const path = join(import.meta.dirname, 'worker-process.ts')
  const workers = Array.from({ length: count }, (): Worker => new OrderedProcess(path, ['--expose-gc']))
  const stop = () => workers.forEach((worker) => worker.kill())
  process.once('exit', stop)
  try {
    await use(workers)
  } finally {
    stop()
    process.off('exit', stop)
  }
}
