import { shortFingerprint } from '../state/words.ts'

/** A version of an agent: the beginning, and all of it to whoever points at it. */
export function Fingerprint({ of }: { readonly of: string | undefined }) {
  return of === undefined ? <span class="muted">–</span> : <code title={of}>{shortFingerprint(of)}</code>
}
