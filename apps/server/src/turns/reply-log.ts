import type { UIMessageChunk } from 'ai'
import { deltaOf, withText } from './reply-delta.ts'

/**
 * What a chunk is joined up to. Reading the end of a text that was put together costs as much as all of it, and a reader that
 * keeps up does so with every chunk.
 */
const joinedLength = 4_096

/** Thrown by a reply that grows beyond its bound. */
export class ReplyTooLongError extends Error {}

/** What follows each other of one part, as one; or a chunk that stands alone. */
interface Entry {
  readonly chunk: UIMessageChunk
  /** Of the part that it adds text to. */
  readonly of: string | undefined
  text: string
}

/**
 * A reply while it is being made. It is kept as chunks that are joined where they can be, so it takes about as much room as the
 * reply. Whoever makes it never waits for a reader, and each reader goes at its own pace: a fast one gets every chunk as it
 * comes, a slow one fewer and larger ones. What they assemble is the same.
 */
export class ReplyLog {
  readonly #entries: Entry[] = []
  readonly #maxLength: number
  #length = 0
  #ended = false
  #change: PromiseWithResolvers<void> | undefined

  /** `maxLength`: characters of JSON, not counting how text is escaped. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  get ended(): boolean {
    return this.#ended
  }

  /** Throws {@link ReplyTooLongError} instead of keeping what is too much. */
  append(chunk: UIMessageChunk): void {
    const delta = deltaOf(chunk)
    const last = this.#entries.at(-1)
    if (delta !== undefined && last?.of === delta.of && last.text.length < joinedLength) {
      this.#grow(delta.text.length)
      last.text += delta.text
    } else {
      this.#grow(JSON.stringify(chunk).length)
      this.#entries.push({ chunk, of: delta?.of, text: delta?.text ?? '' })
    }
    this.#changed()
  }

  /** The last word, for which there is always room. */
  appendLast(chunk: UIMessageChunk): void {
    this.#entries.push({ chunk, of: undefined, text: '' })
    this.#changed()
  }

  /** Nothing follows. */
  end(): void {
    this.#ended = true
    this.#changed()
  }

  cursor(): ReplyCursor {
    return new ReplyCursor(this.#entries)
  }

  /** Everything from the beginning, and what is yet to come, until the reply ends or `signal` aborts. */
  async *read(signal?: AbortSignal): AsyncGenerator<UIMessageChunk, void> {
    const cursor = this.cursor()
    while (!signal?.aborted) {
      const chunk = cursor.next()
      if (chunk !== undefined) yield chunk
      else if (this.#ended) return
      else await (this.#change ??= Promise.withResolvers()).promise
    }
  }

  #grow(by: number): void {
    if (this.#length + by > this.#maxLength) throw new ReplyTooLongError('The reply is too long.')
    this.#length += by
  }

  #changed(): void {
    this.#change?.resolve()
    this.#change = undefined
  }
}

/** Where a reader is: at an entry, and in its text. */
export class ReplyCursor {
  readonly #entries: readonly Entry[]
  #at = 0
  #offset = 0

  constructor(entries: readonly Entry[]) {
    this.#entries = entries
  }

  /** What has come since, up to the end of its entry; `undefined` if there is nothing yet. */
  next(): UIMessageChunk | undefined {
    for (;;) {
      const entry = this.#entries[this.#at]
      if (entry === undefined) return undefined
      if (entry.of === undefined) {
        this.#at++
        return entry.chunk
      }
      if (this.#offset < entry.text.length) {
        const text = entry.text.slice(this.#offset)
        this.#offset = entry.text.length
        return withText(entry.chunk, text)
      }
      // Only the last entry can still grow.
      if (this.#at + 1 === this.#entries.length) return undefined
      this.#at++
      this.#offset = 0
    }
  }

  /** All that there is now. */
  rest(): UIMessageChunk[] {
    const chunks: UIMessageChunk[] = []
    for (let chunk = this.next(); chunk !== undefined; chunk = this.next()) chunks.push(chunk)
    return chunks
  }
}
