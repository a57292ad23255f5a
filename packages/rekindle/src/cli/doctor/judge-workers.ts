import { mergeAudits } from '../../audit/merge-audits.ts'
import type { CacheSettings } from '../../settings.ts'
import type { AgentCacheStats } from '../../counts/stats.ts'
import type { WorkersStats } from '../../workers/workers.ts'
import { counted, numberText } from '../figures.ts'
import { type Check, failure, ok, warning } from './check.ts'

/** What is said of so many by name. */
const maxNamed = 5

/** `isSealed`: what is in the store is sealed, and no key was given. */
export function judgeWorkers({ workers, silent, unreachable }: WorkersStats, isSealed: boolean): Check[] {
  if (unreachable) return [failure('workers', 'the store did not say which there are', 'See above for what it refuses.')]
  const known = workers.length + silent.length
  if (known === 0) return [warning('workers', 'none', 'A worker is on the list from its first request until it closes.')]
  const all = workers.map(({ stats }) => stats)
  return [
    answersCheck(workers.length, silent, isSealed),
    ...(all.length === 0 ? [] : [storeCheck(all), settingsCheck(all), auditCheck(all), ...complaints(all)]),
  ]
}

function answersCheck(answered: number, silent: readonly string[], isSealed: boolean): Check {
  if (silent.length === 0) return ok('workers', `${counted(answered, 'worker')} on the list, all answer`)
  const found = `${numberText(answered)} of ${numberText(answered + silent.length)} answer; silent: ${named(silent)}`
  if (isSealed)
    return failure(
      'workers',
      found,
      'The store is sealed: give its keys (--sealing-key-file), without which no answer can be read.',
    )
  return (answered === 0 ? failure : warning)(
    'workers',
    found,
    'They are busy, cut off from the store, or of a release that does not answer; those that have ended leave the list by themselves.',
  )
}

function storeCheck(all: readonly AgentCacheStats[]): Check {
  const down = all.filter(({ store, synced }) => store.state === 'down' || !synced)
  const failures = all.reduce((sum, { store }) => sum + store.failures, 0)
  const last = all.find(({ store }) => store.lastError !== undefined)?.store.lastError
  if (down.length > 0) {
    return failure(
      'their store',
      `out of reach of ${named(down.map(({ worker }) => worker))}${last === undefined ? '' : `: ${last}`}`,
      'They serve from memory and build the rest. Invalidations do not reach them.',
    )
  }
  if (failures > 0) {
    return warning(
      'their store',
      `up and synced; ${counted(failures, 'call')} failed so far, the last with: ${last ?? 'no word'}`,
      'Once after a restart is nothing; if it grows, look at the latency of the store.',
    )
  }
  return ok('their store', 'up and synced, no failed call')
}

function settingsCheck(all: readonly AgentCacheStats[]): Check {
  const kinds = new Set(all.map(({ settings }) => settingsText(settings)))
  const isTuned = all.some(({ events }) => events.tuned > 0)
  if (kinds.size === 1) return ok('settings', 'the same in all workers')
  if (isTuned) return ok('settings', 'each worker tunes its own (autoTune)')
  return warning('settings', `${kinds.size} different ones`, 'A deployment in progress, or workers that were set up differently.')
}

function settingsText({ configTtlMs, liveTtlMs, idleMs, maxAgents }: CacheSettings): string {
  return [configTtlMs, liveTtlMs, idleMs, maxAgents].join()
}

function auditCheck(all: readonly AgentCacheStats[]): Check {
  const sum = (outcome: 'consistent' | 'inconsistent' | 'unstable') => all.reduce((total, { audit }) => total + audit[outcome], 0)
  const [consistent, inconsistent, unstable] = [sum('consistent'), sum('inconsistent'), sum('unstable')]
  const audited = consistent + inconsistent + unstable
  if (audited === 0)
    return ok('audit', 'nothing compared yet', 'auditRate: 0.001 compares one served config in a thousand with its source.')
  const found = `${counted(audited, 'served config')} compared: ${numberText(inconsistent)} stale, ${numberText(unstable)} unstable`
  const ofLate = mergeAudits(all.map(({ audit }) => audit)).windows.find(({ minutes }) => minutes === 10)
  if (inconsistent > 0 && ofLate?.inconsistent === 0)
    return warning('audit', found, 'Not in the last ten minutes. The audited event names what changed and was not invalidated.')
  if (inconsistent > 0)
    return failure('audit', found, 'Something changes agents and does not invalidate them. The audited event names them.')
  if (unstable > 0)
    return warning(
      'audit',
      found,
      'loadConfig gives another config each time for the same agent: leave out what changes by itself.',
    )
  return ok('audit', found)
}

function complaints(all: readonly AgentCacheStats[]): Check[] {
  const refused = (reason: 'corrupt' | 'foreign' | 'sealed') =>
    all.reduce((sum, { configReads }) => sum + configReads.refused[reason], 0)
  const happened = (event: 'memory-pressure' | 'dispose-failed' | 'config-not-stored') =>
    all.reduce((sum, { events }) => sum + events[event], 0)
  const spoilt = refused('corrupt') + refused('foreign') + refused('sealed')
  const found: Check[] = []
  if (spoilt > 0)
    found.push(
      warning(
        'entries',
        `${counted(spoilt, 'entry', 'entries')} refused as corrupt, foreign or sealed`,
        'Somebody else writes these keys, a key is missing, or there was tampering: docs/operations.md.',
      ),
    )
  if (happened('config-not-stored') > 0) {
    found.push(
      warning(
        'configs',
        `${counted(happened('config-not-stored'), 'config')} could not be stored`,
        'The event config-not-stored names the path. Each worker builds such agents itself.',
      ),
    )
  }
  if (happened('memory-pressure') > 0) {
    found.push(
      warning(
        'worker memory',
        `under pressure ${numberText(happened('memory-pressure'))} times`,
        'Lower live.maxAgents or give the processes more memory.',
      ),
    )
  }
  if (happened('dispose-failed') > 0) {
    found.push(
      warning(
        'disposal',
        `${counted(happened('dispose-failed'), 'agent')} could not be closed`,
        'What they opened may be open still; the error is the application’s own.',
      ),
    )
  }
  return found
}

function named(names: readonly string[]): string {
  const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : ''
  return names.slice(0, maxNamed).join(', ') + more
}
