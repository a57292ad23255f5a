/** Why an agent left memory. */
export type RemovalCause =
  /** Its time to live, or its config's freshness, was over. */
  | 'expired'
  /** Nobody used it for `live.idleMs`. */
  | 'idle'
  /** More than `live.maxAgents`. */
  | 'evicted'
  /** The process neared a limit of its memory. */
  | 'pressure'
  | 'invalidated'
  /** A newer version of it has been made. */
  | 'replaced'
  | 'closed'

/** Why a config in the store was not used. */
export type ConfigRefusal =
  /** There was none: never written, expired, or evicted by the store. */
  | 'absent'
  /** Its freshness was over. */
  | 'expired'
  /** Invalidated since it was loaded, or of a history the store has lost. */
  | 'invalidated'
  /** Not readable: truncated, altered, oversized, or not ours. */
  | 'corrupt'
  /** Sealed (`rekindle/sealed`) under a key that this process does not have. */
  | 'sealed'
  /** Another key's entry. */
  | 'foreign'
  /** In a format that this version of Rekindle does not read. */
  | 'version-mismatch'
  /** `configSchema` refused it. */
  | 'schema-mismatch'
  /** `createAgent` refused it. */
  | 'rejected'
  /** The store failed or did not answer in time. */
  | 'store-unavailable'

/** Why an agent was not served from memory. */
export type MissReason = 'cold' | RemovalCause | Exclude<ConfigRefusal, 'absent'>

/** Every {@link RemovalCause}. */
export const removalCauses: readonly RemovalCause[] = [
  'expired',
  'idle',
  'evicted',
  'pressure',
  'invalidated',
  'replaced',
  'closed',
]

/** Every {@link ConfigRefusal}. */
export const configRefusals: readonly ConfigRefusal[] = [
  'absent',
  'expired',
  'invalidated',
  'corrupt',
  'sealed',
  'foreign',
  'version-mismatch',
  'schema-mismatch',
  'rejected',
  'store-unavailable',
]

/** Every {@link MissReason}. */
export const missReasons: readonly MissReason[] = [
  'cold',
  ...removalCauses,
  ...configRefusals.filter((refusal) => refusal !== 'absent' && refusal !== 'expired' && refusal !== 'invalidated'),
]

/** A count for each of `names`, to begin with. */
export function countersOf<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
}

/** One reason of the two tiers that were passed by: the one that tells more. */
export function missReason(memory: 'cold' | RemovalCause, refusal: ConfigRefusal | undefined): MissReason {
  if (refusal === undefined || refusal === 'absent') return memory
  const ordinary = refusal === 'expired' || refusal === 'invalidated'
  return ordinary && memory !== 'cold' ? memory : refusal
}
