import { bytesText, latencyText, numberText, shareText } from '../figures.ts'
import { type Check, failure, ok, rankOf, warning } from './check.ts'
import type { RedisFacts } from './redis-facts.ts'

/** A ping of this length is a good part of `storeTimeoutMs`, 250 unless it is set. */
const slowMs = 50
/** Freshness compares clocks; the shortest times that matter are of seconds. */
const skewMs = 2_000
const nearlyFull = 0.9

const acl = 'The rights that workers need are in docs/operations.md (ACL).'

/** Says of each fact whether it is as workers need it. */
export function judgeRedis(facts: RedisFacts): Check[] {
  const { info } = facts
  return [
    serverCheck(facts),
    ...clusterChecks(facts),
    latencyCheck(facts.pingsMs),
    rightsCheck(facts),
    identityCheck(facts),
    ...(info === undefined ? [infoForbidden] : [roleCheck(info), memoryCheck(info), evictionCheck(info), persistenceCheck(info)]),
    ...clockCheck(facts.clockAheadMs),
  ]
}

const infoForbidden = warning('INFO', 'may not be read', `Version, memory, eviction and role are not known. ${acl}`)

function serverCheck({ info, library, isCluster }: RedisFacts): Check {
  const valkey = info?.get('valkey_version')
  const version = valkey ?? info?.get('redis_version')
  if (version === undefined) return ok('server', `answers, by way of ${library}`)
  const found = `${valkey === undefined ? 'Redis' : 'Valkey'} ${version}${isCluster ? ', a cluster' : ''}, by way of ${library}`
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = valkey === undefined && (isCluster ? major < 7 : major < 6 || (major === 6 && minor < 2))
  if (isOld)
    return failure(
      'server',
      found,
      `Redis ${isCluster ? '7 is needed on a cluster, for sharded messages' : '6.2 or later is needed'}.`,
    )
  if (info?.get('loading') === '1') return failure('server', `${found}, loading its data`, 'Wait until it has.')
  return ok('server', found)
}

function clusterChecks({ isCluster, clusterInfo }: RedisFacts): Check[] {
  if (!isCluster) return []
  if (clusterInfo === undefined) return [warning('cluster', 'CLUSTER INFO may not be read', acl)]
  const [state, size] = [clusterInfo.get('cluster_state'), clusterInfo.get('cluster_size')]
  const found = `${state}, ${size} masters, ${clusterInfo.get('cluster_slots_ok')} of 16384 slots served`
  if (state === 'ok' && clusterInfo.get('cluster_slots_ok') === '16384') return [ok('cluster', found)]
  return [failure('cluster', found, 'Requests whose entries are on the missing slots are built. Bring the nodes back.')]
}

function latencyCheck(pingsMs: readonly number[]): Check {
  const [p50, p99] = [rankOf(pingsMs, 0.5), rankOf(pingsMs, 0.99)]
  const found = `p50 ${latencyText(p50)}, p99 ${latencyText(p99)} of ${pingsMs.length} pings`
  if (p99 < slowMs) return ok('latency', found)
  return warning(
    'latency',
    found,
    'Each config hit takes a round trip, and storeTimeoutMs (250) is all a request waits. Look at SLOWLOG and the way there.',
  )
}

function rightsCheck({ refused }: RedisFacts): Check {
  if (refused.length === 0) return ok('rights', 'all commands, keys and channels that workers use')
  const full = refused.find(({ said }) => said.includes('OOM'))
  if (full !== undefined)
    return failure(
      'rights',
      `writes are refused: ${full.said}`,
      'The server is full: agents are served, by builds. Raise maxmemory, or set maxmemory-policy volatile-lru.',
    )
  const disk = refused.find(({ said }) => said.includes('MISCONF'))
  if (disk !== undefined)
    return failure(
      'rights',
      `writes are refused: ${disk.said}`,
      'It cannot save to its disk. See its log; Rekindle needs no persistence (save "").',
    )
  const replicas = refused.find(({ said }) => said.includes('NOREPLICAS'))
  if (replicas !== undefined)
    return failure('rights', `writes are refused: ${replicas.said}`, 'Bring the replicas back, or lower min-replicas-to-write.')
  const list = refused.map(({ what }) => what).join(', ')
  return failure('rights', `refused: ${list} (${refused[0]!.said})`, acl)
}

function identityCheck({ replicationId, refused }: RedisFacts): Check {
  if (replicationId !== undefined) return ok('failover', 'is noticed by the replication id')
  if (refused.some(({ what }) => what === 'EVAL')) return warning('failover', 'not known: scripts may not run', acl)
  return warning(
    'failover',
    'the replication id may not be read',
    'A failover is noticed only by workers that had seen a later clock; give the user +info.',
  )
}

function roleCheck(info: ReadonlyMap<string, string>): Check {
  const replicas = numberText(Number(info.get('connected_slaves') ?? 0))
  if (info.get('role') !== 'slave') return ok('role', `master, ${replicas} ${replicas === '1' ? 'replica' : 'replicas'}`)
  const master = `${info.get('master_host')}:${info.get('master_port')}`
  return failure(
    'role',
    `replica of ${master}`,
    'A replica may lag behind, so workers refuse it. Give them the address of the master, or Sentinels.',
  )
}

function memoryCheck(info: ReadonlyMap<string, string>): Check {
  const [used, max] = [Number(info.get('used_memory')), Number(info.get('maxmemory') ?? 0)]
  if (max === 0) {
    return warning(
      'memory',
      `${bytesText(used)} used, no maxmemory`,
      'It grows until the machine has no more. Set maxmemory: docs/operations.md has the arithmetic.',
    )
  }
  const found = `${bytesText(used)} of ${bytesText(max)} used (${shareText(used / max)}), ${bytesText(Math.max(0, max - used))} left`
  if (used / max < nearlyFull) return ok('memory', found)
  return warning(
    'memory',
    found,
    'Nearly full: what happens then is the next line. Raise maxmemory, or look who else uses the server.',
  )
}

function evictionCheck(info: ReadonlyMap<string, string>): Check {
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  const evicted = Number(info.get('evicted_keys') ?? 0)
  const found = `${policy}${evicted === 0 ? '' : `, ${numberText(evicted)} keys evicted so far`}`
  if (policy === 'volatile-lru' || policy === 'volatile-lfu') return ok('eviction', found)
  const better = 'Set maxmemory-policy volatile-lru.'
  if (policy === 'noeviction')
    return warning('eviction', found, `When the server is full, writes fail, and agents are served by builds. ${better}`)
  if (policy.startsWith('allkeys')) {
    return warning(
      'eviction',
      found,
      `It may evict the invalidation clock: never a stale agent, but everything is built once more. ${better}`,
    )
  }
  return warning('eviction', found, `It evicts entries in use as readily as forgotten ones. ${better}`)
}

function persistenceCheck(info: ReadonlyMap<string, string>): Check {
  const isAof = info.get('aof_enabled') === '1'
  const saved = Number(info.get('rdb_saves') ?? 0) > 0 || info.get('rdb_bgsave_in_progress') === '1'
  const found = isAof ? 'append-only file' : saved ? 'snapshots' : 'none so far'
  const failing =
    info.get('rdb_last_bgsave_status') === 'err' ? 'snapshot' : info.get('aof_last_write_status') === 'err' ? 'write' : undefined
  if (failing !== undefined) {
    return warning(
      'persistence',
      `${found}; the last ${failing} failed`,
      'The server may refuse writes for it. See its log; Rekindle needs no persistence.',
    )
  }
  return ok('persistence', `${found} (not needed)`)
}

function clockCheck(aheadMs: number | undefined): Check[] {
  if (aheadMs === undefined) return []
  const found = `${latencyText(Math.abs(aheadMs))} ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`
  if (Math.abs(aheadMs) < skewMs) return [ok('time', found)]
  return [warning('time', found, 'Freshness compares the clocks of machines: keep them in step (NTP).')]
}
