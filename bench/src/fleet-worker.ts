// A worker process of a fleet. It does what its parent says, and dies with it.
import { setTimeout as delay } from 'node:timers/promises'
import { type FleetCache, fleetCaches } from './fleet-cache.ts'
import { type Answer, type Ask, type Asked, type Invalidate, type Invalidated, now, type Order } from './fleet-orders.ts'
import { sampleConfig } from './sample-agent.ts'

/** How often memory is looked at. By a timer: nine processes in busy loops would keep each other from the processor. */
const lookEveryMs = 1

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

/** Gets all of them into memory. */
async function fill(agentIds: readonly string[]): Promise<void> {
  await Promise.all(agentIds.map((agentId) => cache.get(agentId)))
  const missing = agentIds.find((agentId) => !cache.has(agentId))
  if (missing !== undefined) throw new Error(`Memory should have ${missing}.`)
}

/** They are invalidated in this order. Resolves to when memory was first seen without each, or `undefined` if it was not in time. */
function watch(agentIds: readonly string[], withinMs: number): Promise<readonly number[] | undefined> {
  const gone: number[] = []
  const deadline = now() + withinMs
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      while (gone.length < agentIds.length && !cache.has(agentIds[gone.length]!)) gone.push(now())
      const done = gone.length === agentIds.length
      if (!done && now() < deadline) return
      clearInterval(timer)
      resolve(done ? gone : undefined)
    }, lookEveryMs)
  })
}

async function invalidate({ agentIds, confirm, pauseMs }: Invalidate): Promise<readonly Invalidated[]> {
  const times: Invalidated[] = []
  for (const agentId of agentIds) {
    await delay(Math.random() * pauseMs)
    const began = now()
    await cache.invalidate(agentId, { confirm })
    times.push({ began, ended: now() })
  }
  return times
}

async function carryOut(order: Order): Promise<unknown> {
  switch (order.type) {
    case 'open':
      cache = await fleetCaches[order.cache](order.places, load)
      // What connects at first use is connected then. An agent that nobody else asks for.
      await cache.get(`agent-${1_000_000 + process.pid}`)
      return undefined
    case 'ask':
      return ask(order)
    case 'fill':
      return fill(order.agentIds)
    case 'watch':
      return watch(order.agentIds, order.withinMs)
    case 'invalidate':
      return invalidate(order)
  }
}

process.on('message', ({ id, order }: { id: number; order: Order }) => {
  void carryOut(order).then(
    (result) => process.send?.({ id, result } satisfies Answer),
    (error: Error) => process.send?.({ id, error: error.message } satisfies Answer),
  )
})
process.once('disconnect', () => process.exit())
