// A process with many live agents, the same in Rekindle, in an lru-cache and in a Map. It does what its parent says.
import { LRUCache } from 'lru-cache'
import { createAgentCache } from 'rekindle'
import { sink } from '../batch.ts'
import { obey } from '../fleet-process.ts'
import { collectYoung } from '../garbage.ts'
import { flat, joined, randomFrom, type SampleKey } from '../sample-keys.ts'
import { type Costs, memoryLines as lines, type MemoryOrder } from './memory-orders.ts'
import { numberedKey } from './numbered-key.ts'

/** In a round. */
const visits = 20_000
const misses = 1_000
const busyAgents = 1_000
const ttlMs = 3_600_000

interface LittleAgent {
  readonly size: number
}

const random = randomFrom(1)
let agents = 0
let made = 0
let map: Map<string, LittleAgent>
let lru: LRUCache<string, LittleAgent>
let rekindle: ReturnType<typeof openRekindle>

function openRekindle() {
  return createAgentCache<{ size: number }, LittleAgent>({
    namespace: 'growth',
    // Little, so that the time goes into keeping agents, and not into making them.
    loadConfig: () => ({ size: 1 }),
    createAgent: ({ size }) => ({ size }),
    live: { maxAgents: agents, ttlMs },
  })
}

async function fill(count: number): Promise<void> {
  agents = count
  map = new Map()
  lru = new LRUCache({ max: count, ttl: ttlMs })
  rekindle = openRekindle()
  for (; made < count; made++) {
    const key = numberedKey(made)
    const agent = await rekindle.getOrBuild(key)
    map.set(key.sessionId, agent)
    lru.set(flat(joined(key)), agent)
  }
  checkFull()
}

function checkFull(): void {
  const { live } = rekindle.stats()
  if (live !== agents || lru.size !== agents) throw new Error(`There are ${live} and ${lru.size} agents instead of ${agents}.`)
}

/** Each asked for with a key that is new, as with requests: any of the agents, and of many only a few that are busy. */
async function hits(): Promise<Costs> {
  const before = rekindle.stats().served
  const any = sampled(agents, 1)
  const few = Math.min(agents, busyAgents)
  const busy = sampled(few, agents / few)
  const costs = {
    [lines.ids]: await timed(visits, () => readIds(any.keys)),
    [lines.map]: await timed(visits, () => readMap(any.sessions)),
    [lines.lru]: await timed(visits, () => readLru(any.names)),
    [lines.present]: await timed(visits, () => readPresent(any.keys)),
    [lines.leased]: await timed(visits, () => takeLeases(any.others)),
    [lines.busyMap]: await timed(visits, () => readMap(busy.sessions)),
    [lines.busyPresent]: await timed(visits, () => readPresent(busy.keys)),
    [lines.busyLeased]: await timed(visits, () => takeLeases(busy.others)),
  }
  const { memory, build } = rekindle.stats().served
  if (build !== before.build || memory !== before.memory + 4 * visits) throw new Error('Not only memory hits were measured.')
  return costs
}

/** The same agents for everyone, the strings of each contestant its own: a string that was hashed for one is no longer new. */
function sampled(among: number, apart: number) {
  const indexes = Array.from({ length: visits }, () => Math.floor(random() * among) * apart)
  return {
    keys: indexes.map(numberedKey),
    others: indexes.map(numberedKey),
    sessions: indexes.map((index) => numberedKey(index).sessionId),
    names: indexes.map((index) => flat(joined(numberedKey(index)))),
  }
}

function readIds(keys: readonly SampleKey[]): number {
  let sum = 0
  for (const { agentId, userId, sessionId, reasoning } of keys)
    sum += agentId.length + userId.length + sessionId.length + Number(reasoning)
  return sum
}

function readMap(sessions: readonly string[]): number {
  let sum = 0
  for (const session of sessions) sum += map.get(session)!.size
  return sum
}

function readLru(names: readonly string[]): number {
  let sum = 0
  for (const name of names) sum += lru.get(name)!.size
  return sum
}

function readPresent(keys: readonly SampleKey[]): number {
  let sum = 0
  for (const { agentId, userId, sessionId, reasoning } of keys)
    sum += rekindle.getIfPresent({ agentId, userId, sessionId, reasoning })!.size
  return sum
}

async function takeLeases(keys: readonly SampleKey[]): Promise<number> {
  let sum = 0
  for (const { agentId, userId, sessionId, reasoning } of keys) {
    const lease = await rekindle.acquire({ agentId, userId, sessionId, reasoning })
    sum += lease.agent.size
    lease.release()
  }
  return sum
}

/** Agents that are not there, so that for each another one has to go. */
async function missed(): Promise<Costs> {
  const keys = Array.from({ length: misses }, () => numberedKey(made++))
  const names = keys.map((key) => flat(joined(key)))
  const agent: LittleAgent = { size: 1 }
  const before = rekindle.stats()
  const costs = {
    [lines.lruMiss]: await timed(misses, () => {
      for (const name of names) lru.set(name, agent)
      return lru.size
    }),
    [lines.miss]: await timed(misses, async () => {
      let sum = 0
      for (const key of keys) sum += (await rekindle.getOrBuild(key)).size
      return sum
    }),
  }
  const after = rekindle.stats()
  if (after.served.build - before.served.build !== misses) throw new Error('Not only misses were measured.')
  if (after.removals.evicted - before.removals.evicted !== misses) throw new Error('Not each miss evicted an agent.')
  checkFull()
  return costs
}

async function timed(count: number, loop: () => number | Promise<number>): Promise<number> {
  collectYoung()
  const started = performance.now()
  sink.sum += await loop()
  return ((performance.now() - started) * 1e6) / count
}

obey((order: MemoryOrder): Promise<unknown> => {
  switch (order.type) {
    case 'fill':
      return fill(order.agents)
    case 'hits':
      return hits()
    case 'misses':
      return missed()
  }
})
