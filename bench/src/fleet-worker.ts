// A worker process of a fleet. It does what its parent says, and dies with it.
import { setTimeout as delay } from 'node:timers/promises'
import { sink } from './batch.ts'
import type { FleetCache } from './fleet-cache.ts'
import { fleetCaches } from './fleet-caches.ts'
import { type Ask, type Asked, type HitSlice, type Invalidate, type Invalidated, now, type Order } from './fleet-orders.ts'
import { obey } from './fleet-process.ts'
import { sampleConfig } from './sample-agent.ts'

/** How often memory is looked at. By a timer: nine processes in busy loops would keep each other from the processor. */
const lookEveryMs = 1
const hitsPerSlice = 20
const sliceEveryMs = 2
const fillAtOnce = 50
const fillWithinMs = 10_000

let cache: FleetCache
let loads = 0
let loadMs = 0
let diesAfterMs: number | undefined

async function load(agentId: string) {
  loads++
  if (diesAfterMs !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), diesAfterMs)
  if (loadMs > 0) await delay(loadMs)
  return sampleConfig(Number(agentId.slice('agent-'.length)))
}

async function ask(order: Ask): Promise<Asked> {
  const { agentId, callers, at, withinMs } = order
  ;({ loadMs, diesAfterMs } = order)
  const before = loads
  let answered = 0
  let until = at
  const call = async () => {
    await cache.get(agentId)
    answered++
    until = now()
  }
  await delay(at - now())
  const timeout = new AbortController()
  const all = Promise.allSettled(Array.from({ length: callers }, call))
  await Promise.race([all, delay(withinMs, undefined, timeout).catch(() => {})])
  timeout.abort()
  loadMs = 0
  return { loads: loads - before, answered, until }
}

function has(agentId: string): boolean {
  return cache.has?.(agentId) ?? false
}

/** Gets all of them into memory. */
async function fill(agentIds: readonly string[]): Promise<void> {
  const deadline = now() + fillWithinMs
  let missing = agentIds
  while (missing.length > 0) {
    if (now() > deadline) throw new Error(`Memory should have ${missing[0]}.`)
    for (let from = 0; from < missing.length; from += fillAtOnce) {
      await Promise.all(missing.slice(from, from + fillAtOnce).map((agentId) => cache.get(agentId)))
      // Messages and heartbeats have their turn: Rekindle's memory serves nothing when its process was busy for a second.
      await delay(1)
    }
    missing = missing.filter((agentId) => !has(agentId))
  }
}

/** They are invalidated in this order. Resolves to when memory was first seen without each, or `undefined` if it was not in time. */
function watch(agentIds: readonly string[], withinMs: number): Promise<readonly number[] | undefined> {
  const gone: number[] = []
  const deadline = now() + withinMs
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      while (gone.length < agentIds.length && !has(agentIds[gone.length]!)) gone.push(now())
      const done = gone.length === agentIds.length
      if (!done && now() < deadline) return
      clearInterval(timer)
      resolve(done ? gone : undefined)
    }, lookEveryMs)
  })
}

/** What memory hits cost while the process has other things to do, a few at a time. Not looked at when memory does not serve. */
async function hit(agentId: string, slices: number): Promise<readonly HitSlice[]> {
  const times: HitSlice[] = []
  for (let slice = 0; slice < slices; slice++) {
    await delay(sliceEveryMs)
    if (!has(agentId)) continue
    const at = now()
    for (let turn = 0; turn < hitsPerSlice; turn++) sink.sum += (await cache.get(agentId)) === undefined ? 0 : 1
    times.push({ at, ns: ((now() - at) * 1e6) / hitsPerSlice })
  }
  return times
}

async function invalidate({ agentIds, confirm, atOnce, pauseMs }: Invalidate): Promise<readonly Invalidated[]> {
  const times: Invalidated[] = []
  const all = agentIds.entries()
  const inTurn = async () => {
    for (const [index, agentId] of all) {
      if (pauseMs > 0) await delay(Math.random() * pauseMs)
      const began = now()
      await cache.invalidate(agentId, { confirm })
      times[index] = { began, ended: now() }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, inTurn))
  return times
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.type) {
    case 'open':
      cache = await fleetCaches[order.cache](order.ground, load)
      // What connects at first use is connected then. An agent that nobody else asks for.
      await cache.get(`agent-${1_000_000 + process.pid}`)
      return undefined
    case 'ask':
      return ask(order)
    case 'fill':
      return fill(order.agentIds)
    case 'has':
      return has(order.agentId)
    case 'watch':
      return watch(order.agentIds, order.withinMs)
    case 'hit':
      return hit(order.agentId, order.slices)
    case 'invalidate':
      return invalidate(order)
  }
}

obey(carryOut)
