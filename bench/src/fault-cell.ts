import { Redis } from 'ioredis'
import type { FaultCacheName } from './fault-caches.ts'
import type { Fault, FaultSite } from './fault-kinds.ts'
import { openLink } from './fault-link.ts'
import type { Request } from './fault-orders.ts'
import { type Crash, FaultProcess } from './fault-process.ts'
import { now } from './fleet-orders.ts'
import { startRedis } from './redis-server.ts'

/** Requests during a fault, the first included. They come whether those before have an answer or not. */
export const requestCount = 16
const requestEveryMs = 100
/** A request that has no answer by then, from the beginning of the fault, is given up. */
export const giveUpMs = 5_000
/** How long the store may take to be used again. */
export const returnWithinMs = 4_000
const burstSize = 8

/** One contestant under one fault, once. */
export interface CellRun {
  readonly crash?: Crash
  /** `undefined` if it had no answer. */
  readonly first: Request | undefined
  readonly following: readonly Request[]
  readonly unanswered: number
  /**
   * Milliseconds until the second level served again what another process had stored: since the store was put right, or, if
   * nothing is put right, since the fault began. `undefined`: not in time.
   */
  readonly backAfterMs?: number | undefined
  /** Of a fault that damages what is stored: what another process, asking after that, found of the same keys. */
  readonly afterwards?: readonly Request[]
}

/** Runs it in a process of its own, with a Redis of its own. */
export async function runCell(cache: FaultCacheName, fault: Fault): Promise<CellRun> {
  const server = await startRedis()
  const link = await openLink(server.port)
  const admin = new Redis({ host: '127.0.0.1', port: server.port, maxRetriesPerRequest: null })
  admin.on('error', () => {})
  const site: FaultSite = { server, link, admin }
  const contestant = await FaultProcess.start()
  try {
    return await measure(cache, fault, site, contestant)
  } finally {
    contestant.kill()
    admin.disconnect()
    link.close()
    site.server.stop()
  }
}

async function measure(cache: FaultCacheName, fault: Fault, site: FaultSite, contestant: FaultProcess): Promise<CellRun> {
  const stored = keysFrom(0, requestCount)
  const places = { cache, redisPort: site.server.port, linkPort: site.link.port, stored, warmUp: keysFrom(100, 5) }
  if (!fault.atBoot && (await contestant.order({ type: 'open', ...places, up: true })) !== true) {
    throw new Error('A second level that works did not serve what was stored')
  }

  const began = now()
  const end = await fault.begin(site)
  if (fault.atBoot) await contestant.order({ type: 'open', ...places, up: false })
  const keys = fault.ofStored ? stored : keysFrom(1_000, requestCount)
  const requests = keys.map(scheduled(fault))
  await contestant.order({ type: 'ask', requests, everyMs: requestEveryMs, withinMs: giveUpMs })
  const asked = [...contestant.takeRequests()].sort((one, other) => one.atMs - other.atMs)
  const first = asked.find(({ key }) => key === keys[0])
  const during = {
    first,
    following: asked.filter((request) => request !== first),
    unanswered: requestCount - asked.length,
  }

  const after = await afterwards(fault, contestant, { stored, asked, began, end })
  return { ...during, ...after, ...(contestant.crash && { crash: contestant.crash }) }
}

interface During {
  readonly stored: readonly string[]
  readonly asked: readonly Request[]
  readonly began: number
  readonly end: (() => Promise<void>) | void
}

async function afterwards(
  fault: Fault,
  contestant: FaultProcess,
  { stored, asked, began, end }: During,
): Promise<Pick<CellRun, 'backAfterMs' | 'afterwards'>> {
  if (fault.damages) {
    const requests = (await contestant.order({ type: 'inspect', keys: stored })) as readonly Request[] | undefined
    return requests === undefined ? {} : { afterwards: requests }
  }
  if (end !== undefined) {
    await end()
    return { backAfterMs: (await contestant.order({ type: 'reunite', withinMs: returnWithinMs })) as number | undefined }
  }
  const healed = healedAfter(asked)
  if (healed !== undefined) return { backAfterMs: healed }
  const passed = now() - began
  const back = (await contestant.order({ type: 'reunite', withinMs: returnWithinMs })) as number | undefined
  return { backAfterMs: back && passed + back }
}

/** When the first request was answered out of the store after which none was not, if there were some. */
function healedAfter(asked: readonly Request[]): number | undefined {
  const lastBad = asked.findLastIndex(({ outcome, found }) => outcome !== 'right' || !found)
  const found = asked.slice(lastBad + 1)
  return found.length === 0 ? undefined : Math.min(...found.map(({ atMs, ms }) => atMs + ms))
}

function scheduled({ burst }: Fault): (key: string, index: number) => { readonly key: string; readonly atMs: number } {
  const together = burst ? burstSize : 1
  return (key, index) => ({ key, atMs: index < together ? 0 : (index - together + 1) * requestEveryMs })
}

function keysFrom(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `agent-${from + index}`)
}
