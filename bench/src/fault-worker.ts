// The process of one cell: a contestant whose store fails. It does what its parent says, and dies with it, or of the fault.
import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { type FaultCache, type FaultCacheName, faultCaches } from './fault-caches.ts'
import type { AskFaulted, FaultMessage, FaultOrder, Inspect, OpenFaulted, Outcome, Request, Reunite } from './fault-orders.ts'
import { now } from './fleet-orders.ts'
import { sampleConfig } from './sample-agent.ts'

const loadMs = 5
/** For subscriptions, and for writes that nobody waits for. */
const settleMs = 100
/** How often something new is stored and asked for, to find out whether the store is used again. */
const reuniteEveryMs = 25

/** A cache, and the keys for which it has loaded. */
interface Opened {
  readonly cache: FaultCache
  readonly loaded: ReadonlySet<string>
}

let name: FaultCacheName
let redisPort: number
let faulted: Opened
let keys = 0

async function openAt(port: number): Promise<Opened> {
  const loaded = new Set<string>()
  const open = await faultCaches[name]()
  const cache = open(port, async (key) => {
    loaded.add(key)
    await delay(loadMs)
    return valueOf(key)
  })
  return { cache, loaded }
}

function valueOf(key: string) {
  return sampleConfig(Number(key.slice('agent-'.length)))
}

async function open({ cache, redisPort: direct, linkPort, stored, warmUp, up }: OpenFaulted): Promise<boolean> {
  name = cache
  redisPort = direct
  if (up) {
    const other = await openAt(redisPort)
    // A client that is not connected yet refuses commands, and a breaker opens.
    await delay(settleMs)
    for (const key of [...stored, ...warmUp]) await other.cache.get(key)
    await delay(settleMs)
    await other.cache.close()
  }
  faulted = await openAt(linkPort)
  if (!up) return true
  await delay(settleMs)
  const requests: Request[] = []
  for (const key of warmUp) requests.push(await request(faulted, key, now()))
  await delay(settleMs)
  return requests.every(({ found }) => found)
}

async function ask({ requests, everyMs, withinMs }: AskFaulted): Promise<void> {
  const start = now()
  const asking = requests.map(async ({ key, atMs }) => {
    await delay(atMs - (now() - start))
    send({ type: 'answered', request: await request(faulted, key, start) })
  })
  const answered = Promise.all(asking)
  const last = Math.max(...requests.map(({ atMs }) => atMs))
  await delay(last)
  const traffic = setInterval(() => void request(faulted, newKey(), start), everyMs)
  await Promise.race([answered, delay(withinMs - last)])
  clearInterval(traffic)
}

async function request({ cache, loaded }: Opened, key: string, start: number): Promise<Request> {
  const began = now()
  const about = (outcome: Outcome, error?: string): Request => ({
    key,
    atMs: began - start,
    ms: now() - began,
    outcome,
    found: !loaded.has(key),
    ...(error !== undefined && { error }),
  })
  try {
    const value = await cache.get(key)
    return about(outcomeOf(key, value))
  } catch (error) {
    return about('error', error instanceof Error ? `${error.name}: ${error.message}` : typeof error)
  }
}

function outcomeOf(key: string, value: unknown): Outcome {
  if (isDeepStrictEqual(value, valueOf(key))) return 'right'
  if (value === undefined || value === null) return 'undefined'
  const named = typeof value === 'object' && 'name' in value ? /^Agent (\d+)$/.exec(String(value.name)) : null
  return named !== null && isDeepStrictEqual(value, sampleConfig(Number(named[1]))) ? 'foreign' : 'malformed'
}

async function reunite({ withinMs }: Reunite): Promise<number | undefined> {
  const start = now()
  const other = await openAt(redisPort)
  let foundAfter: number | undefined
  const attempt = async () => {
    const key = newKey()
    // While it connects, the measured one gets requests all the same: some do not connect without.
    if (now() - start > settleMs) await request(other, key, start)
    const { found, outcome } = await request(faulted, key, start)
    if (found && outcome === 'right') foundAfter ??= now() - start
  }
  while (foundAfter === undefined && now() - start < withinMs) {
    void attempt()
    await delay(reuniteEveryMs)
  }
  return foundAfter
}

function newKey(): string {
  return `agent-${500_000 + keys++}`
}

async function inspect({ keys }: Inspect): Promise<readonly Request[]> {
  const start = now()
  const other = await openAt(redisPort)
  await delay(settleMs)
  const requests: Request[] = []
  for (const key of keys) requests.push(await request(other, key, start))
  return requests
}

function carryOut(order: FaultOrder): Promise<unknown> {
  switch (order.type) {
    case 'open':
      return open(order)
    case 'ask':
      return ask(order)
    case 'reunite':
      return reunite(order)
    case 'inspect':
      return inspect(order)
  }
}

function send(message: FaultMessage): void {
  process.send?.(message, () => {})
}

// What goes wrong here, and is not caught, ends the process: that is part of what is measured.
process.on('message', (order: FaultOrder) => {
  void carryOut(order).then((result) => send({ type: 'done', result }))
})
process.once('disconnect', () => process.exit())
send({ type: 'ready' })
