import type { Clock } from '../clock.ts'
import type { SeenClock, StoreRead } from '../config/config-store.ts'
import type { ConfigRefusal } from '../reasons.ts'
import type { Patience } from '../resilience/guarded-store.ts'
import type { Claims, HeldClaim } from './claims.ts'

/** One entry that is missing, and what can be done about it. */
export interface MissingEntry<Result extends { readonly stored?: Promise<void> }> {
  /** Under which the store knows it. */
  readonly id: string
  /** Why it is missing. */
  readonly refusal: ConfigRefusal | undefined
  /** What is known of invalidations now. */
  readonly asOf: () => SeenClock
  /** Whether what was begun with this knowledge has been invalidated since. */
  readonly isSuperseded: (asOf: SeenClock) => boolean
  /** What the store has by now (`entry`, if it has said so), or why it has nothing of use. */
  readonly look: (
    entry?: StoreRead,
  ) => Promise<{ readonly obtained?: Result | undefined; readonly refusal?: ConfigRefusal | undefined }>
  readonly load: (held?: HeldClaim) => Promise<Result>
  /** For what is asked of the store. Waiting for others to load is no waiting for the store. */
  readonly patience: Patience
}

interface TurnLimits {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly closing: AbortSignal
}

/**
 * Loads, unless another worker does: then waits for that, and looks into the store again. Loads for itself when the other
 * one's result is of no use here, when the store does not say, and when it has waited for as long as a load may take.
 */
export type LoadInTurn = <Result extends { readonly stored?: Promise<void> }>(
  entry: MissingEntry<Result>,
  limits: TurnLimits,
) => Promise<Result>

/** Makes a {@link LoadInTurn} of the claims of this worker. */
export function inTurn(claims: Claims): LoadInTurn {
  return (entry, limits) => loadInTurn(claims, entry, limits)
}

async function loadInTurn<Result extends { readonly stored?: Promise<void> }>(
  claims: Claims,
  entry: MissingEntry<Result>,
  { clock, timeoutMs, closing }: TurnLimits,
): Promise<Result> {
  const until = clock.now() + timeoutMs
  // Another may finish between our look and our claim. (What should not have been there has been reported once.)
  const { refusal } = entry
  const lookAgain = refusal === 'absent' || refusal === 'expired' || refusal === 'invalidated'
  let instead: string | undefined
  while (clock.now() < until) {
    const turn = await claims.take(entry.id, entry.asOf(), entry.patience, lookAgain, instead)
    if (turn === undefined) break
    if (turn.held !== undefined) return loadAsHolder(entry, turn.held, lookAgain ? () => entry.look(turn.entry) : undefined)
    const { theirs } = turn
    const outcome = entry.isSuperseded(theirs.asOf) ? theirs.leave() : await theirs.wait(until - clock.now())
    instead = outcome === 'superseded' || outcome === 'ended' ? theirs.claimant : undefined
    if (instead !== undefined) continue
    const found = await entry.look()
    if (found.obtained !== undefined) return found.obtained
    // They failed, or made nothing that can be stored: in turn, all who wait would do the same one after the other.
    if (outcome === 'released' && found.refusal !== 'invalidated') break
    if (found.refusal === 'store-unavailable' || closing.aborted) break
  }
  return entry.load()
}

async function loadAsHolder<Result extends { readonly stored?: Promise<void> }>(
  { load }: MissingEntry<Result>,
  held: HeldClaim,
  look: MissingEntry<Result>['look'] | undefined,
): Promise<Result> {
  try {
    const found = await look?.()
    const result = found?.obtained ?? (await load(held))
    // Those who wait shall find it in the store.
    void (result.stored ?? Promise.resolve()).then(() => held.release())
    return result
  } catch (error) {
    held.release()
    throw error
  }
}
