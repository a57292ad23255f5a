import { bytesText, latencyText } from '../figures.ts'
import { type Check, failure, ok, rankOf, warning } from './check.ts'
import type { SqliteFacts } from './sqlite-facts.ts'

const slowMs = 5
const lowBytes = 100 * 1_024 * 1_024
const longLogBytes = 64 * 1_024 * 1_024

/** Says of each fact whether it is as workers need it. */
export function judgeSqlite(facts: SqliteFacts): Check[] {
  const { version, journal, bytes, logBytes, freeBytes, network, refusal, turnMs, readsMs, damage, isOpenToOthers } = facts
  const checks: Check[] = [ok('server', `SQLite ${version}, a file of ${bytesText(bytes)}`)]
  const size = `${bytesText(freeBytes)} left on its disk`
  checks.push(
    freeBytes < lowBytes
      ? warning('disk', size, 'When it is full, writes fail, and agents are served by builds.')
      : ok('disk', size),
    network === undefined
      ? ok('file system', 'a local one, as far as it says')
      : failure('file system', network, 'WAL does not work over a network: put the file on a local disk, or use Redis.'),
    journal === 'wal'
      ? ok('journal', `WAL, ${bytesText(logBytes)} of log`)
      : warning('journal', journal, 'Workers set it to WAL when they open the file. Has anybody changed it since?'),
  )
  if (logBytes > longLogBytes) {
    checks.push(warning('log', bytesText(logBytes), 'A reader that never ends keeps it from being put into the file.'))
  }
  checks.push(
    refusal === undefined
      ? ok('writing', `possible, after ${latencyText(turnMs)}`)
      : failure('writing', refusal, 'The file and its folder must be writable for this user, and no other program may hold it.'),
    latencyCheck(readsMs),
  )
  if (damage !== undefined)
    checks.push(failure('content', damage, 'Stop the workers and delete the file: everything is built once.'))
  if (isOpenToOthers) {
    checks.push(
      warning('rights', 'others on this machine may read or write it', 'Configs are in it: chmod 600, and its folder 700.'),
    )
  } else checks.push(ok('rights', 'its owner only'))
  return checks
}

function latencyCheck(readsMs: readonly number[]): Check {
  const [p50, p99] = [rankOf(readsMs, 0.5), rankOf(readsMs, 0.99)]
  const found = `p50 ${latencyText(p50)}, p99 ${latencyText(p99)} of ${readsMs.length} reads`
  return p99 < slowMs ? ok('latency', found) : warning('latency', found, 'A slow disk, or a machine without free memory for it.')
}
