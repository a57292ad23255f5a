import { durationText } from '../duration.ts'
import { counted } from '../figures.ts'
import { type Check, ok, warning } from './check.ts'

/** The invalidation clock of a namespace, as far as it could be read. */
export interface ClockFacts {
  /** µs; `undefined`: there is none. */
  readonly clock: number | undefined
  readonly targets: number
  /** Where it tells: whether the server that has it now is the one that wrote it. */
  readonly isServers: boolean
  /** The namespaces that there are instead. */
  readonly others: readonly string[]
}

export function judgeClock(namespace: string, { clock, targets, isServers, others }: ClockFacts, now: number): Check {
  if (clock === undefined) {
    const there = others.length === 0 ? '' : ` There are: ${others.join(', ')}.`
    return warning(
      'namespace',
      `no worker has used '${namespace}' here`,
      `Is the name right, and the store?${there} Its first request makes it.`,
    )
  }
  const age = now - clock / 1_000
  const last = `last moved ${age < 0 ? 'just now' : `${durationText(age)} ago`}`
  if (!isServers)
    return warning(
      'namespace',
      `clock of another server, ${last}`,
      'There was a failover or a restart: a new history begins, and everything is built once.',
    )
  return ok('namespace', `clock ${last}, ${counted(targets, 'invalidation')} remembered`)
}
