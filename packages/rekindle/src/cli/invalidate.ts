import { InvalidationFailedError, InvalidationUnconfirmedError, textOf } from '../errors.ts'
import type { InvalidationTarget } from '../options.ts'
import type { Command } from './command.ts'
import { type ExitCode, exitCodes, UnreachableError, UsageError } from './exit-code.ts'
import type { Given } from './given.ts'
import { parseFields } from './key-argument.ts'
import { type OpenedStore, openStore } from './opened-store.ts'
import { scopeOptions, storeOptions } from './store-options.ts'
import { printable, type Terminal } from './terminal.ts'

interface Named {
  readonly target: InvalidationTarget
  /** As it was typed. */
  readonly text: string
}

interface Outcome {
  readonly target: string
  readonly confirmed: boolean | undefined
  /** Those that did not say that they have dropped it. */
  readonly workers: readonly string[]
}

export const invalidate: Command = {
  name: 'invalidate',
  takes: 'TARGET…',
  summary: 'makes all workers drop agents, and make them anew',
  details:
    'TARGET is some fields of a key, such as agentId=42 or agentId=42,userId=7, or that as JSON: all agents whose keys have these. Change the source first, then invalidate. If the caches have a configScope or liveScope, give it here, too.',
  options: {
    ...storeOptions,
    ...scopeOptions,
    tag: { value: 'TAG', says: 'all agents that depend on it', many: true },
    all: { says: 'all agents; asks first, unless --yes' },
    yes: { says: 'do not ask' },
    confirm: { says: 'wait until every worker has dropped them; 1 if one did not say so' },
    timeout: { value: 'TIME', says: 'how long to wait for that (5s)' },
  },
  examples: ['invalidate agentId=42 --confirm --namespace support', 'invalidate --tag model:gpt-x', 'invalidate --all --yes'],
  async run(given, terminal) {
    const targets = targetsOf(given)
    if (given.flag('all') && !(await isMeant(given, terminal))) {
      terminal.err('Nothing was invalidated.\n')
      return exitCodes.problem
    }
    await using opened = await openStore(given, terminal)
    if (!opened.isKnown) terminal.err(`No worker has used the namespace '${printable(opened.namespace)}' in this store so far.\n`)
    const outcomes: Outcome[] = []
    for (const each of targets) outcomes.push(await carryOut(each, given, opened))
    const isJson = given.flag('json')
    if (isJson) terminal.out(`${JSON.stringify({ namespace: opened.namespace, invalidated: outcomes }, undefined, 2)}\n`)
    else terminal.out(outcomes.map((outcome) => `${printable(sentence(outcome))}\n`).join(''))
    return codeOf(outcomes)
  },
}

function targetsOf(given: Given): readonly Named[] {
  const tags = given.texts('tag')
  const targets: Named[] = given.positionals.map((text) => ({ target: parseFields(text), text }))
  if (tags.length > 0) targets.push({ target: { tags }, text: tags.map((tag) => `tag ${tag}`).join(', ') })
  if (given.flag('all')) {
    if (targets.length > 0) throw new UsageError('--all is everything: leave the rest out, or leave --all out.')
    targets.push({ target: 'all', text: 'everything' })
  }
  if (targets.length === 0) throw new UsageError('Say what: agentId=42, --tag TAG or --all.')
  if (given.flag('yes') && !given.flag('all')) throw new UsageError('--yes goes with --all.')
  return targets
}

async function isMeant(given: Given, { isAttended, ask }: Terminal): Promise<boolean> {
  if (given.flag('yes')) return true
  if (!isAttended) throw new UsageError('--all needs --yes where nobody can be asked.')
  return /^y(es)?$/i.test((await ask('Every agent of the namespace will be built again. Go on? [y/N] ')).trim())
}

async function carryOut({ target, text }: Named, given: Given, { invalidator, address }: OpenedStore): Promise<Outcome> {
  const confirm = given.flag('confirm')
  try {
    await invalidator.invalidate(target, { confirm, timeoutMs: given.duration('timeout', 's') ?? 5_000 })
    return { target: text, confirmed: confirm ? true : undefined, workers: [] }
  } catch (error) {
    if (InvalidationUnconfirmedError.isInstance(error)) return { target: text, confirmed: false, workers: error.workers }
    if (InvalidationFailedError.isInstance(error))
      throw new UnreachableError(`${address} did not take it: ${textOf(error.cause)}`)
    throw error
  }
}

function sentence({ target, confirmed, workers }: Outcome): string {
  if (confirmed === undefined) return `Invalidated: ${target}.`
  if (confirmed) return `Invalidated, and every worker has dropped it: ${target}.`
  const who = workers.length === 0 ? 'the store does not say which workers there are' : `no word from ${workers.join(', ')}`
  return `Invalidated, but not confirmed: ${target}; ${who}.`
}

function codeOf(outcomes: readonly Outcome[]): ExitCode {
  return outcomes.some(({ confirmed }) => confirmed === false) ? exitCodes.problem : exitCodes.fine
}
