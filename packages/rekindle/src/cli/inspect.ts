import { keyFields } from '../agent-key.ts'
import type { ConfigStanding } from '../config/config-inspection.ts'
import type { LocalExplanation } from '../explain/explanation.ts'
import type { Happening } from '../explain/timeline.ts'
import type { WorkersExplanation } from '../workers/workers.ts'
import type { Command } from './command.ts'
import { durationText } from './duration.ts'
import { exitCodes, UnreachableError, UsageError } from './exit-code.ts'
import { bytesText, counted, latencyText } from './figures.ts'
import { keyText, parseKey } from './key-argument.ts'
import { openStore, scopesOf } from './opened-store.ts'
import { shortNames } from './stats/stats-table.ts'
import { scopeOptions, storeOptions } from './store-options.ts'
import { type Cell, table } from './table.ts'
import { type Paint, printable, type Terminal } from './terminal.ts'

/** The latest of all workers together; as JSON there are more. */
const maxHappenings = 24

export const inspect: Command = {
  name: 'inspect',
  takes: 'KEY…',
  summary: 'shows where an agent stands in the store and in each worker, and why',
  details:
    'KEY is agentId=42,userId=7,sessionId=s1,reasoning=true, or that as JSON. Shows what the store has for it and whether a request would use that, its last invalidation, where it is in memory, and what happened to it of late. Looking is no use: nothing is built, kept longer or counted.',
  options: {
    ...storeOptions,
    ...scopeOptions,
    'config-version': { value: 'TEXT', says: 'as configVersion of the caches (1)' },
  },
  examples: [
    'inspect agentId=42,userId=7,sessionId=s1,reasoning=true --namespace support',
    `inspect '{"agentId":"42","reasoning":"high"}' --live-scope agentId,reasoning`,
  ],
  async run(given, terminal) {
    const { liveScope = keyFields } = scopesOf(given)
    const keys = given.positionals.map((text) => parseKey(text, liveScope))
    if (keys.length === 0) throw new UsageError('Say which key: agentId=42,userId=7,sessionId=s1,reasoning=true.')
    await using opened = await openStore(given, terminal)
    const explained: WorkersExplanation[] = []
    for (const key of keys) explained.push(await opened.invalidator.workers.explain(key, { timeoutMs: opened.timeoutMs }))
    if (explained.some(({ unreachable }) => unreachable)) {
      throw new UnreachableError(`${opened.address} does not say which workers there are.`)
    }
    if (given.flag('json'))
      terminal.out(`${JSON.stringify({ namespace: opened.namespace, keys: explained.map(shownJson) }, undefined, 2)}\n`)
    else terminal.out(explained.map((each) => `${shown(each, terminal).join('\n')}\n`).join('\n'))
    return exitCodes.fine
  },
}

/** Without what an internal look has besides. */
function shownJson({ key, config, invalidation, workers, silent }: WorkersExplanation): object {
  return { key, config, invalidation, workers, silent }
}

function shown({ key, config, invalidation, workers, silent }: WorkersExplanation, terminal: Terminal): string[] {
  const { style, width } = terminal
  const now = Date.now()
  const names = shortNames([...workers.map(({ worker }) => worker), ...silent])
  const stored = config.state === 'none' ? undefined : config.entry?.fingerprint
  const rows = [
    ...workers.map(({ worker, memory }): Cell[] => [names.get(worker)!, ...memoryCells(memory, stored)]),
    ...silent.map((worker): Cell[] => [names.get(worker)!, [['silent', 'warn']]]),
  ]
  const happenings = workers
    .flatMap(({ worker, timeline }) => timeline.map((happening) => ({ worker: names.get(worker)!, happening })))
    .sort((one, other) => other.happening.at - one.happening.at)
    .slice(0, maxHappenings)
  const label = (text: string) => style('dim', text.padEnd(12))
  return [
    style('strong', printable(keyText(key))),
    label('store') + storeText(config, terminal),
    label('invalidated') + printable(invalidationText(invalidation, now)),
    '',
    ...(rows.length === 0
      ? ['no workers']
      : table([{ head: 'worker' }, { head: 'memory' }, { head: 'version' }, { head: '', dispensable: 1 }], rows, width, style)),
    ...(happenings.length === 0
      ? []
      : [
          '',
          ...table(
            timelineColumns,
            happenings.map(({ worker, happening }) => timelineCells(worker, happening)),
            width,
            style,
          ),
        ]),
  ]
}

function storeText(config: ConfigStanding, { style }: Terminal): string {
  if (config.state === 'none') return 'none'
  const entry = config.entry && entryText(config.entry)
  if (config.state === 'usable') return `${style('good', config.stale ? 'usable, stale' : 'usable')}, ${printable(entry ?? '')}`
  const why =
    config.reason === 'absent'
      ? 'nothing there for this --config-version'
      : `not used: ${config.reason}${config.detail === undefined ? '' : ` (${config.detail})`}`
  return style('warn', printable(why)) + (entry === undefined ? '' : `, ${printable(entry)}`)
}

function entryText({ fingerprint, freshForMs, sizeBytes, tags }: Extract<ConfigStanding, { state: 'usable' }>['entry']): string {
  const fresh = freshForMs >= 0 ? `fresh for ${durationText(freshForMs)}` : `stale for ${durationText(-freshForMs)}`
  const size = sizeBytes === undefined ? '' : `, ${bytesText(sizeBytes)} in memory`
  return `version ${short(fingerprint)}, ${fresh}${size}${tags.length === 0 ? '' : `, tags ${tags.join(', ')}`}`
}

function invalidationText({ last, sure }: WorkersExplanation['invalidation'], now: number): string {
  const doubt = sure ? '' : ' (there may have been one by a tag: which it has is not known)'
  if (last === undefined) return `not since any stored config was loaded${doubt}`
  const when = last.at === undefined ? '' : `, ${durationText(Math.max(0, now - last.at))} ago`
  return `${last.target === '*' ? 'everything' : last.target}${when}${doubt}`
}

function memoryCells(memory: LocalExplanation['memory'], stored: string | undefined): Cell[] {
  if (!memory.present) return ['–', '–']
  const { standing, fingerprint, leases, idleMs, freshForMs, source } = memory
  const paint: Paint = standing === 'fresh' ? 'good' : 'warn'
  const use = leases > 0 ? `held by ${leases}` : `idle for ${durationText(idleMs)}`
  const version = fingerprint === undefined ? 'none' : short(fingerprint)
  const differs = stored !== undefined && fingerprint !== undefined && fingerprint !== stored
  return [
    [[standing, paint], [`, ${freshForMs > 0 ? `for ${durationText(freshForMs)}, ` : ''}from ${source}`]],
    differs ? [[`${version} (the store has another)`, 'warn']] : version,
    use,
  ]
}

const timelineColumns = [{ head: 'at' }, { head: 'worker', dispensable: 1 }, { head: 'what happened' }]

function timelineCells(worker: string, happening: Happening): Cell[] {
  return [new Date(happening.at).toISOString().slice(0, 23).replace('T', ' '), worker, happeningText(happening)]
}

function happeningText(happening: Happening): string {
  switch (happening.event) {
    case 'created':
      return `made from ${happening.source} in ${latencyText(happening.durationMs)}, because: ${happening.reason}`
    case 'retired':
      return `left memory: ${happening.cause}${happening.leases > 0 ? `, held by ${counted(happening.leases, 'request')}` : ''}`
    case 'config-refused':
      return `config not used: ${happening.reason}${happening.detail === undefined ? '' : ` (${happening.detail})`}`
    case 'config-not-stored':
      return `config not stored: ${happening.detail}`
    case 'invalidated':
      return `invalidated by ${happening.targets.map((target) => (target === '*' ? 'everything' : target)).join(', ')}`
    default:
      return `${happening.event}: ${happening.error}`
  }
}

function short(fingerprint: string): string {
  return fingerprint.slice(0, 10)
}
