import type { Claim, Claimed } from '../config/config-store.ts'
import type { SqliteFile } from './sqlite-file.ts'

/** Who is building which entry of a namespace, and who waits for it. */
export class SqliteClaims {
  readonly #file: SqliteFile
  readonly #namespace: string

  constructor(file: SqliteFile, namespace: string) {
    this.#file = file
    this.#namespace = namespace
  }

  claim(id: string, { claimant, worker, ttlMs, asOf, instead }: Claim): Promise<Claimed> {
    return this.#file.write(({ readClaim, writeClaim }) => {
      const now = this.#file.now()
      const row = readClaim.get(this.#namespace, id)
      const held = row === undefined || (row['expires_at'] as number) <= now ? undefined : heldBy(row)
      const write = (by: string, { history, clock }: Claim['asOf'], waiting: readonly string[], until: number) =>
        writeClaim.run(this.#namespace, id, by, history, clock, JSON.stringify(waiting), Math.ceil(until))

      if (held === undefined || held.claimant === claimant || held.claimant === instead) {
        write(claimant, asOf, held?.waiting ?? [], now + ttlMs)
        return { granted: true }
      }
      const waiting = [...new Set([...held.waiting, worker])]
      if (waiting.length > held.waiting.length) write(held.claimant, held.asOf, waiting, held.expiresAt)
      return { granted: false, claimant: held.claimant, asOf: held.asOf, expiresInMs: held.expiresAt - now }
    })
  }

  release(id: string, claimant: string): Promise<readonly string[]> {
    return this.#file.write(({ readClaim, removeClaim }) => {
      const row = readClaim.get(this.#namespace, id)
      if (row === undefined || row['claimant'] !== claimant) return []
      removeClaim.run(this.#namespace, id)
      return heldBy(row).waiting
    })
  }
}

function heldBy(row: Record<string, unknown>) {
  return {
    claimant: row['claimant'] as string,
    asOf: { history: row['history'] as string, clock: row['clock'] as number },
    waiting: JSON.parse(row['waiting'] as string) as string[],
    expiresAt: row['expires_at'] as number,
  }
}
