/**
 * `-log10` of the share that was inconsistent. None does not mean never: then it counts as one, so that no more is claimed than
 * so many can show. `undefined`: there is nothing to tell it from.
 */
export function ninesOf(audited: number, inconsistent: number): number | undefined {
  return audited === 0 ? undefined : Math.log10(audited / Math.max(1, inconsistent))
}
