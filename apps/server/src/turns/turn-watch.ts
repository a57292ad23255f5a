import type { FastifyBaseLogger } from 'fastify'
import type { AppDatabase } from '../database/schema.ts'
import { insertChunks } from '../database/turn-chunks.ts'
import type { RelayedTurn } from '../database/turn-chunks.ts'
import { askedTurns, beat, giveUpTurn } from '../database/turns.ts'
import type { AskedTurn } from '../database/turns.ts'
import type { LiveTurns } from './live-turns.ts'

const intervalMs = 200
const beatMs = 1_000

export interface WatchParts {
  readonly db: AppDatabase
  /** This worker, as the database knows it. */
  readonly worker: string
  readonly turns: LiveTurns
  readonly log: FastifyBaseLogger
}

/**
 * While turns run here: says that their worker is alive, and hears what other workers ask of them. One query every 200 ms,
 * however many they are; nothing while none runs.
 */
export class TurnWatch {
  readonly #parts: WatchParts
  #timer: NodeJS.Timeout | undefined
  #looking = false
  #nextBeat = 0
  #failing = false

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  /** A turn has been added. */
  wake(): void {
    if (this.#timer !== undefined || this.#looking) return
    this.#nextBeat = performance.now() + beatMs
    this.#later()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.#look(), intervalMs)
  }

  /** Never rejects: what fails is tried again. */
  async #look(): Promise<void> {
    this.#timer = undefined
    this.#looking = true
    try {
      const asked = await this.#ask()
      for (const turn of asked) if (turn.askedTo === 'cancel') this.#parts.turns.find(turn)?.cancel()
      await this.#relay(asked.filter(({ askedTo }) => askedTo !== null))
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#parts.log.warn({ err: error }, 'the database does not tell what is asked of running turns')
      this.#failing = true
    }
    this.#looking = false
    if (this.#parts.turns.size > 0) this.#later()
  }

  async #ask(): Promise<AskedTurn[]> {
    const { db, worker, turns } = this.#parts
    if (performance.now() < this.#nextBeat) return askedTurns(db, worker)
    const before = turns.running()
    const known = await beat(db, worker)
    this.#nextBeat = performance.now() + beatMs
    // Its session was deleted, or others have given it up: its reply will not be kept.
    const alive = new Set(known.map((each) => turns.find(each)))
    for (const turn of before) if (!alive.has(turn) && turn.state === 'running') turn.cancel()
    // Begun, as the database has it, while the answer that said so was lost.
    await Promise.all(known.filter((each) => turns.find(each) === undefined).map((each) => giveUpTurn(db, each)))
    return known
  }

  async #relay(asked: readonly AskedTurn[]): Promise<void> {
    const here = asked.flatMap((turn) => this.#parts.turns.find(turn) ?? [])
    const relayed: RelayedTurn[] = here.map(({ key, relay }) => ({ ...key, batches: relay.unwritten() }))
    await insertChunks(this.#parts.db, relayed)
    for (const [at, { relay }] of here.entries()) relay.written(relayed[at]?.batches ?? [])
  }
}
