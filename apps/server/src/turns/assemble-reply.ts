import { isToolUIPart, readUIMessageStream } from 'ai'
import type { UIMessage, UIMessageChunk } from 'ai'

/** How a turn ended, as far as its reply tells. */
export type ReplyEnd = 'done' | 'failed' | 'cancelled'

const neverAnswered = 'The turn ended before this tool had answered.'

/**
 * The message that a reply's chunks make, as it is kept; `undefined` if they say nothing. One that did not come to its end keeps
 * what was said, is marked in its metadata, and has nothing left open: the next turn can go on from it.
 */
export async function assembleReply(chunks: readonly UIMessageChunk[], end: ReplyEnd): Promise<UIMessage | undefined> {
  let whole: UIMessage | undefined
  for await (const message of readUIMessageStream({ stream: ReadableStream.from(chunks) })) whole = message
  if (whole === undefined) return undefined
  const parts = end === 'done' ? whole.parts : whole.parts.flatMap(closed)
  if (!parts.some(({ type }) => type !== 'step-start')) return undefined
  return { ...whole, parts, ...(end !== 'done' && { metadata: marked(whole.metadata, end) }) }
}

/** No provider accepts a tool call without its result. */
function closed(part: UIMessage['parts'][number]): UIMessage['parts'] {
  if (part.type === 'text' || part.type === 'reasoning') return part.text === '' ? [] : [{ ...part, state: 'done' }]
  if (!isToolUIPart(part)) return [part]
  if (part.state === 'input-streaming') return []
  if (part.state !== 'input-available') return [part]
  return [{ ...part, state: 'output-error', errorText: neverAnswered }]
}

function marked(metadata: unknown, ended: ReplyEnd): object {
  const { rekindle, ...rest } = metadata as { readonly rekindle?: object }
  return { ...rest, rekindle: { ...rekindle, ended } }
}
