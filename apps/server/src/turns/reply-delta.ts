import type { UIMessageChunk } from 'ai'

/** A chunk that only adds text to a part: the next one of the same part can be joined to it. */
export interface ReplyDelta {
  /** Of which part, and of what in it. */
  readonly of: string
  readonly text: string
}

/** `undefined` for what is no delta, or is not just a piece of text. */
export function deltaOf(chunk: UIMessageChunk): ReplyDelta | undefined {
  switch (chunk.type) {
    case 'text-delta':
    case 'reasoning-delta': {
      const { type, id, delta: text, providerMetadata } = chunk
      return text === '' || providerMetadata !== undefined ? undefined : { of: `${type} ${id}`, text }
    }
    case 'tool-input-delta': {
      const { type, toolCallId, inputTextDelta: text } = chunk
      return text === '' ? undefined : { of: `${type} ${toolCallId}`, text }
    }
    default:
      return undefined
  }
}

/** The same delta with another text. */
export function withText(chunk: UIMessageChunk, text: string): UIMessageChunk {
  switch (chunk.type) {
    case 'text-delta':
    case 'reasoning-delta':
      return { ...chunk, delta: text }
    case 'tool-input-delta':
      return { ...chunk, inputTextDelta: text }
    default:
      return chunk
  }
}
