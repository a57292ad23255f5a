import type { ConfigRecord } from '../config/config-record.ts'
import { AgentNotFoundError } from '../errors.ts'
import type { AuditFinding, AuditOutcome } from './audit-summary.ts'

/** What is remembered of a config that was served, without the config. */
export interface ServedConfig extends Omit<ConfigRecord<unknown>, 'config' | 'fingerprint'> {
  readonly fingerprint: string
}

/** What an audit asks of one served config. */
export interface Witnesses {
  /** The fingerprint of what the source of truth says now. Rejects with what `loadConfig` threw. */
  load(): Promise<string | undefined>
  /** Whether no invalidation that has completed by now names it; `undefined`: the store does not say. */
  isValid(): Promise<boolean | undefined>
  /** Whether its time is over. */
  isExpired(): boolean
  /** Resolves when an invalidation that was on its way has arrived. */
  pause(): Promise<void>
}

/**
 * Whether `served` is what the source of truth says. A difference alone means little: whoever edits an agent changes the source first and
 * invalidates then. So it counts only if, some time after it was seen, what was served is still valid, and the source still
 * says what it said. Rejects with what `loadConfig` threw.
 *
 * Hence whatever is invalidated within that time of its edit is never found inconsistent, whenever it is looked at.
 */
export async function compare(served: ServedConfig, witnesses: Witnesses): Promise<AuditFinding> {
  const found = (outcome: AuditOutcome, loaded: string | undefined) => ({ outcome, served: served.fingerprint, loaded })
  const first = await look(witnesses)
  if (first === served.fingerprint) return found('consistent', first)

  // As a rule it has been: then there is nothing to wait for.
  if ((await witnesses.isValid()) === false) return found('consistent', first)
  await witnesses.pause()
  if (witnesses.isExpired()) return found('consistent', first)
  const valid = await witnesses.isValid()
  if (valid !== true) return found(valid === false ? 'consistent' : 'failed', first)

  const second = await look(witnesses)
  if (second === served.fingerprint) return found('consistent', second)
  return found(second === first ? 'inconsistent' : 'unstable', second)
}

/** `undefined`: there is no such agent, or none that JSON can tell. */
function look(witnesses: Witnesses): Promise<string | undefined> {
  return witnesses.load().catch((error: unknown) => {
    if (AgentNotFoundError.isInstance(error)) return undefined
    throw error
  })
}
