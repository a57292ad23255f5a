import { createInvalidator } from '../../create-invalidator.ts'
import { parseClockRecord } from '../../redis/redis-clock.ts'
import type { ConfigStore } from '../../store/config-store.ts'
import type { Command } from '../command.ts'
import { exitCodes, UnreachableError } from '../exit-code.ts'
import type { Given } from '../given.ts'
import { namespacesInRedis, namespacesInSqlite } from '../namespaces.ts'
import { namespaceMissing } from '../opened-store.ts'
import { connectRedis } from '../redis-server-link.ts'
import { openToRead } from '../sqlite-reading.ts'
import { addressOf, isUnsealed, namespaceOf, placeOf, storeOptions, type StorePlace, unsealed } from '../store-options.ts'
import type { Terminal } from '../terminal.ts'
import { type Check, failure } from './check.ts'
import { type ClockFacts, judgeClock } from './judge-clock.ts'
import { judgeRedis } from './judge-redis.ts'
import { judgeSqlite } from './judge-sqlite.ts'
import { judgeWorkers } from './judge-workers.ts'
import { redisFacts } from './redis-facts.ts'
import { reportOf } from './report.ts'
import { sqliteClock, sqliteFacts } from './sqlite-facts.ts'

/** The store, looked at without the workers. */
interface Examined {
  readonly store: ConfigStore
  readonly checks: readonly Check[]
  readonly clock: ClockFacts
  readonly isSealed: boolean
}

export const doctor: Command = {
  name: 'doctor',
  summary: 'looks whether the store and all workers are well',
  details:
    'Looks at the store, its settings and rights, and asks all workers how they are. Each line is ok, a warning or a failure, with what to do. Nothing is changed, and nothing stored but the questions to the workers. Ends with 1 if there is a failure.',
  options: { ...storeOptions, strict: { says: 'end with 1 for warnings, too' } },
  examples: [
    'doctor --redis redis://localhost:6379 --namespace support',
    'doctor --sqlite data/configs.sqlite --namespace support',
  ],
  async run(given, terminal) {
    const place = placeOf(given, terminal.env)
    const namespace = namespaceOf(given, terminal.env)
    const about = { store: addressOf(place), namespace }
    let checks: readonly Check[]
    let isReached = true
    try {
      checks = await examine(place, namespace, given, terminal)
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error
      isReached = false
      checks = [failure('server', error.message, 'Is it running, and are address and password right?')]
    }
    const worst = given.flag('strict') ? ['warning', 'failure'] : ['failure']
    const isWell = !checks.some(({ state }) => worst.includes(state))
    if (given.flag('json')) terminal.out(`${JSON.stringify({ ...about, ok: isWell, checks }, undefined, 2)}\n`)
    else terminal.out(reportOf(about, checks, terminal))
    return isReached ? (isWell ? exitCodes.fine : exitCodes.problem) : exitCodes.unreachable
  },
}

async function examine(
  place: StorePlace,
  namespace: string | undefined,
  given: Given,
  { env }: Terminal,
): Promise<readonly Check[]> {
  const examined = await (place.kind === 'redis' ? examineRedis(place, namespace) : examineSqlite(place.path, namespace))
  const { store, checks, clock, isSealed } = examined
  const found = [...checks, judgeClock(namespace!, clock, Date.now())]
  const isReplica = checks.some(({ name, state }) => name === 'role' && state === 'failure')
  if (clock.clock === undefined || isReplica) return found
  await using invalidator = createInvalidator({
    namespace: namespace!,
    store: unsealed(store, given, env),
    storeTimeoutMs: 2_000,
  })
  const stats = await invalidator.workers.stats({ timeoutMs: given.duration('timeout', 's') ?? 2_000 })
  return [...found, ...judgeWorkers(stats, isSealed && !isUnsealed(given, env))]
}

async function examineRedis(place: Extract<StorePlace, { kind: 'redis' }>, namespace: string | undefined): Promise<Examined> {
  const link = await connectRedis(place)
  try {
    if (namespace === undefined) throw namespaceMissing(await namespacesInRedis(link, place.keyPrefix))
    const facts = await redisFacts(link, namespace, place.keyPrefix)
    const { clock, replicationId } = facts
    const read = parseClockRecord(clock?.record)
    const writtenBy = clock?.record?.split(' ')[3] ?? '-'
    return {
      store: link.library.store(place, link.isCluster),
      checks: judgeRedis(facts),
      clock: {
        clock: read?.clock,
        targets: clock?.targets ?? 0,
        isServers: writtenBy === '-' || replicationId === undefined || writtenBy === replicationId,
        others: read === undefined ? await namespacesInRedis(link, place.keyPrefix) : [],
      },
      isSealed: clock?.isSealed ?? false,
    }
  } catch (error) {
    // It fell silent while it was looked at.
    if (error instanceof Error && error.message.startsWith('no answer within'))
      throw new UnreachableError(`${addressOf(place)}: ${error.message}`)
    throw error
  } finally {
    link.close()
  }
}

async function examineSqlite(path: string, namespace: string | undefined): Promise<Examined> {
  const database = await openToRead(path)
  const others = namespacesInSqlite(database)
  database.close()
  if (namespace === undefined) throw namespaceMissing(others)
  const { sqliteStore } = await import('../../sqlite/index.ts')
  const { clock, targets, isSealed } = await sqliteClock(path, namespace)
  return {
    store: sqliteStore({ path }),
    checks: judgeSqlite(await sqliteFacts(path)),
    clock: { clock, targets, isServers: true, others },
    isSealed,
  }
}
