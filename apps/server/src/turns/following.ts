import { setTimeout as delay } from 'node:timers/promises'
import type { UIMessage, UIMessageChunk } from 'ai'
import type { AppDatabase } from '../database/schema.ts'
import { readChunks } from '../database/turn-chunks.ts'
import { findTurn } from '../database/turns.ts'
import { RequestError } from '../problem.ts'
import { replyGone, turnLost } from './refusals.ts'
import type { Served } from './run-turn.ts'
import type { TurnKey } from './turn-request.ts'

/** A turn, for who wants its reply. */
export type Following =
  | {
      readonly kind: 'running'
      /** In this worker. */
      readonly here: boolean
      /** Not known of a turn that another worker runs. */
      readonly served: Served | undefined
      /** The reply from its beginning to its end, at the reader's pace. Throws a `RequestError` if its worker has died. */
      readonly read: (signal: AbortSignal) => AsyncIterable<UIMessageChunk>
    }
  | {
      readonly kind: 'ended'
      /** Loads it; `undefined`: nothing was said. */
      readonly reply: () => Promise<UIMessage | undefined>
    }

const pollMs = 150

/** The reply of a turn that another worker runs, which was asked to write it into the database. */
export async function* readElsewhere(db: AppDatabase, turn: TurnKey, signal: AbortSignal): AsyncGenerator<UIMessageChunk> {
  let last: UIMessageChunk | undefined
  for (let position = 0; !signal.aborted;) {
    // Before its chunks: the last of them come into the database together with the end.
    const found = await findTurn(db, turn)
    const batches = await readChunks(db, turn, position)
    for (const chunk of batches.flat()) yield (last = chunk)
    position += batches.length
    if (batches.length > 0) continue
    if (found === undefined || found.state === 'lost') throw new RequestError(turnLost)
    if (found.state !== 'running') return assertWhole(last)
    // Aborted, it ends the loop.
    await delay(pollMs, undefined, { signal }).catch(() => {})
  }
}

/** Chunks are not kept for long after the end: a reader that took its time may have missed the last of them. */
function assertWhole(last: UIMessageChunk | undefined): void {
  const whole = last !== undefined && ['finish', 'abort', 'error'].includes(last.type)
  if (!whole) throw new RequestError(replyGone)
}
