import type { KeyField } from '../agent-key.ts'
import { InvalidOptionsError } from '../errors.ts'
import type { Fleet } from '../fleet.ts'
import { encodeTargets } from './target.ts'
import type { InvalidateOptions, InvalidationTarget } from './invalidation-target.ts'

/** Carries out what `invalidate` promises. */
export async function invalidateAt(
  { invalidations, confirmations, heartbeat }: Fleet,
  scopes: readonly (readonly KeyField[])[],
  target: InvalidationTarget,
  { confirm = false, timeoutMs = 5_000 }: InvalidateOptions,
): Promise<void> {
  if (!(timeoutMs >= 0)) throw new InvalidOptionsError('timeoutMs', 'timeoutMs must be a number of at least 0.')
  const targets = encodeTargets(target, scopes)
  // Nothing here depends on the fields named.
  if (targets.length === 0) return
  // Reports come by mail.
  if (confirm) heartbeat.start()
  const clock = await invalidations.invalidate(targets)
  if (confirm) await confirmations.confirm(clock, timeoutMs)
}
