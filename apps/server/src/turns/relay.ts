import type { ChunkBatch } from '../database/turn-chunks.ts'
import type { ReplyCursor } from './reply-log.ts'

/** Reads a reply for other workers, in batches that are kept until the database has them. */
export class Relay {
  readonly #cursor: ReplyCursor
  #position = 0
  #unwritten: readonly ChunkBatch[] = []

  constructor(cursor: ReplyCursor) {
    this.#cursor = cursor
  }

  /** What the database does not have, as far as is known. */
  unwritten(): readonly ChunkBatch[] {
    const chunks = this.#cursor.rest()
    if (chunks.length > 0) this.#unwritten = [...this.#unwritten, { position: this.#position++, chunks }]
    return this.#unwritten
  }

  written(batches: readonly ChunkBatch[]): void {
    this.#unwritten = this.#unwritten.filter((batch) => !batches.includes(batch))
  }
}
