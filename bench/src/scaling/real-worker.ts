// A worker of a fleet that is not simulated. It does what its parent says, and dies with it.
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { redisStore } from 'rekindle/redis'
import { logNormal, randomOf } from '../advisor/random.ts'
import { obey } from '../fleet-process.ts'
import { AgentWorker, type Served } from './agent-worker.ts'
import { Population } from './population.ts'
import { editEveryMs, smallFleet } from './small-fleet.ts'
import { traffic } from './traffic.ts'
import type { Time } from './virtual-time.ts'

export type RealOrder =
  | { readonly type: 'open'; readonly port: number; readonly worker: number; readonly seed: number }
  | { readonly type: 'run'; readonly ms: number }

export interface RealFigures {
  readonly requests: number
  readonly memory: number
  readonly loads: number
}

const time: Time = {
  get elapsed() {
    return performance.now()
  },
  now: () => Date.now(),
  after(ms, call) {
    const timer = setTimeout(() => call(), ms)
    return { cancel: () => clearTimeout(timer), unref: () => void timer.unref(), ref: () => void timer.ref() }
  },
}

const served: Served[] = []
let loads = 0
let place = 0
let worker: AgentWorker
let random = Math.random

obey(async (order: RealOrder): Promise<RealFigures | undefined> => {
  if (order.type === 'open') {
    place = order.worker
    random = randomOf(order.seed + place)
    const client = new Redis(order.port, '127.0.0.1', { lazyConnect: true })
    worker = new AgentWorker({
      plan: smallFleet,
      time,
      random,
      store: () => redisStore({ client }),
      load,
      onServed: (one) => void served.push(one),
    })
    return undefined
  }
  const sessions = new Population({ ...smallFleet, part: 1 }).sessions.filter((session) => session.worker === place)
  traffic(smallFleet, { time, random }, sessions, order.ms, (session, ended) => void worker.request(session, ended))
  const edits =
    place === 0
      ? setInterval(() => void worker.invalidate({ agentId: `a${Math.floor(random() * smallFleet.agents)}` }), editEveryMs)
      : undefined
  await delay(order.ms)
  clearInterval(edits)
  return { requests: served.length, memory: served.filter(({ source }) => source === 'memory').length, loads }
})

async function load(agent: string) {
  loads++
  await delay(logNormal(smallFleet.loadMs, 0.5, random))
  return { agent, version: 1 }
}
