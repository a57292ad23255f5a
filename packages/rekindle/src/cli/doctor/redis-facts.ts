import { randomUUID } from 'node:crypto'
import { textOf } from '../../errors.ts'
import { parseInfo, type RedisServerLink } from '../redis-server-link.ts'

/** What was found out about a Redis server; judged by `judgeRedis`. */
export interface RedisFacts {
  readonly library: string
  readonly isCluster: boolean
  /** `undefined`: INFO is forbidden. */
  readonly info: ReadonlyMap<string, string> | undefined
  readonly clusterInfo: ReadonlyMap<string, string> | undefined
  /** Of a ping there and back, ms. */
  readonly pingsMs: readonly number[]
  /** How far the server's clock is ahead of this machine's, ms; `undefined`: not known. */
  readonly clockAheadMs: number | undefined
  /** Whether scripts may read the id by which a failover is noticed. */
  readonly replicationId: string | undefined
  /** What workers do all the time, and the server refused to do for us: the command, and what it said. */
  readonly refused: readonly { readonly what: string; readonly said: string }[]
  readonly clock: RedisClockFacts | undefined
}

interface RedisClockFacts {
  readonly record: string | null
  readonly targets: number
  /** Whether targets are sealed texts. */
  readonly isSealed: boolean
}

const pings = 50
const pingingMs = 1_000

/**
 * What workers' scripts do, done in a way that changes nothing: to keys that are not there, or only if they were. (ACL DRYRUN would
 * tell, but is for administrators.) Returns what was refused.
 */
const rehearsal = `local refused = {}
for _, call in ipairs(cjson.decode(ARGV[1])) do
  local name = table.remove(call, 1)
  local reply = redis.pcall(name, unpack(call))
  if type(reply) == 'table' and reply.err then table.insert(refused, name .. '|' .. reply.err) end
end
return refused`

const identity = `local info = redis.pcall('INFO', 'replication')
if type(info) ~= 'string' then return '' end
return string.match(info, 'master_replid:(%w+)') or ''`

/** Asks a server for all of it. `prefix`: of all keys. */
export async function redisFacts(link: RedisServerLink, namespace: string, keyPrefix: string): Promise<RedisFacts> {
  const hub = `${keyPrefix}rekindle:{${namespace}}`
  const pingsMs = await pingTimes(link)
  const clockAheadMs = await clockAhead(link)
  const id = await orUndefined(link.send(['EVAL', identity, '1', `${hub}:clock`], `${hub}:clock`))
  return {
    library: link.library.name,
    isCluster: link.isCluster,
    info: link.info,
    clusterInfo: link.isCluster ? await clusterInfo(link) : undefined,
    pingsMs,
    clockAheadMs,
    replicationId: typeof id === 'string' && id !== '' ? id : undefined,
    refused: await refusals(link, hub, `${keyPrefix}rekindle:${namespace}`),
    clock: await clockFacts(link, hub),
  }
}

async function pingTimes(link: RedisServerLink): Promise<number[]> {
  const times: number[] = []
  const begun = performance.now()
  while (times.length < pings && performance.now() - begun < pingingMs) {
    const sent = performance.now()
    await link.send(['PING'])
    times.push(performance.now() - sent)
  }
  return times
}

async function clockAhead(link: RedisServerLink): Promise<number | undefined> {
  const before = Date.now()
  const reply = await orUndefined(link.send(['TIME']))
  const middle = (before + Date.now()) / 2
  if (!Array.isArray(reply)) return undefined
  const [seconds, micros] = reply.map(Number)
  return seconds! * 1_000 + micros! / 1_000 - middle
}

async function refusals(link: RedisServerLink, hub: string, entries: string): Promise<RedisFacts['refused']> {
  const nobody = randomUUID()
  const [clock, inbox] = [`${hub}:clock`, `${hub}:inbox:doctor-${nobody}`]
  const [entry, hubKey] = [`${entries}:p:doctor-${nobody}`, `${hub}:doctor-${nobody}`]
  const publish = link.isCluster ? 'SPUBLISH' : 'PUBLISH'
  const refused: { what: string; said: string }[] = []
  const attempt = async (what: string, work: () => Promise<unknown>) => {
    try {
      return await work()
    } catch (error) {
      refused.push({ what, said: textOf(error).replace(/^\w*Error: /, '') })
      return undefined
    }
  }
  await attempt('MGET', () => link.send(['MGET', entry], entry))
  await attempt('SET', () => link.send(['SET', entry, '', 'XX', 'PX', '1'], entry))
  await attempt('DEL', () => link.send(['DEL', entry], entry))
  await attempt(publish, () => link.send([publish, inbox, ''], inbox))
  await attempt(link.isCluster ? 'SSUBSCRIBE' : 'SUBSCRIBE', async () => {
    const listening = await link.messages([clock, inbox])
    try {
      await listening.connect()
    } finally {
      listening.destroy()
    }
  })
  const rehearsed = await attempt('EVAL', () =>
    link.send(['EVAL', rehearsal, '1', hubKey, JSON.stringify(callsTo(hubKey))], hubKey),
  )
  for (const each of Array.isArray(rehearsed) ? (rehearsed as string[]) : []) {
    const at = each.indexOf('|')
    refused.push({ what: `${each.slice(0, at)} in a script`, said: each.slice(at + 1) })
  }
  return refused
}

function callsTo(key: string): (readonly string[])[] {
  return [
    ['TIME'],
    ['TYPE', key],
    ['GET', key],
    ['SET', key, '', 'XX'],
    ['DEL', key],
    ['ZADD', key, 'XX', '0', ''],
    ['ZSCORE', key, ''],
    ['ZCARD', key],
    ['ZRANGE', key, '0', '0'],
    ['ZRANGEBYSCORE', key, '0', '0'],
    ['ZREVRANGEBYSCORE', key, '0', '0'],
    ['ZREM', key, ''],
    ['ZREMRANGEBYSCORE', key, '0', '0'],
    ['HGET', key, ''],
    ['HKEYS', key],
    ['HDEL', key, ''],
    ['PTTL', key],
    ['PEXPIRE', key, '1'],
  ]
}

async function clockFacts(link: RedisServerLink, hub: string): Promise<RedisClockFacts | undefined> {
  const [clock, targets] = [`${hub}:clock`, `${hub}:targets`]
  const record = await orUndefined(link.send(['GET', clock], clock))
  if (record !== null && typeof record !== 'string') return undefined
  const count = await orUndefined(link.send(['ZCARD', targets], targets))
  const first = await orUndefined(link.send(['ZRANGE', targets, '0', '9'], targets))
  const isSealed = Array.isArray(first) && first.some((target) => String(target).startsWith('sealed'))
  // One of them shows that they have not been lost.
  return { record, targets: Math.max(0, Number(count ?? 0) - 1), isSealed }
}

async function clusterInfo(link: RedisServerLink): Promise<ReadonlyMap<string, string> | undefined> {
  const text = await orUndefined(link.send(['CLUSTER', 'INFO']))
  return typeof text === 'string' ? parseInfo(text) : undefined
}

function orUndefined(reply: Promise<unknown>): Promise<unknown> {
  return reply.catch(() => undefined)
}
