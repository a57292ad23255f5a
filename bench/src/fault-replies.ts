const carriageReturn = 13

/**
 * Where a reply of Redis ends that begins at `from`, or `undefined` if the rest of it is still under way. RESP2 and RESP3, see
 * https://redis.io/docs/latest/develop/reference/protocol-spec/.
 */
export function replyEnd(bytes: Buffer, from: number): number | undefined {
  const lineEnd = bytes.indexOf(carriageReturn, from) + 2
  if (lineEnd < 2 || lineEnd > bytes.length) return undefined
  const type = String.fromCharCode(bytes[from] ?? 0)
  const size = Number(bytes.toString('latin1', from + 1, lineEnd - 2))
  switch (type) {
    case '$':
    case '!':
    case '=': {
      const end = size < 0 ? lineEnd : lineEnd + size + 2
      return end <= bytes.length ? end : undefined
    }
    case '*':
    case '~':
    case '>':
      return afterReplies(bytes, lineEnd, size)
    case '%':
      return afterReplies(bytes, lineEnd, 2 * size)
    case '|':
      // Attributes, which come before what they belong to.
      return afterReplies(bytes, lineEnd, 2 * size + 1)
    default:
      return lineEnd
  }
}

function afterReplies(bytes: Buffer, from: number, count: number): number | undefined {
  let end: number | undefined = from
  for (let reply = 0; reply < count && end !== undefined; reply++) end = end < bytes.length ? replyEnd(bytes, end) : undefined
  return end
}

/** Passes on what a Redis says, but for its next reply. Messages that nobody asked for (`>`) are no replies. */
export function withoutNextReply(): (chunk: Buffer) => Buffer {
  let held: Buffer = Buffer.alloc(0)
  let swallowed = false
  return (chunk) => {
    if (swallowed) return chunk
    held = Buffer.concat([held, chunk])
    let from = 0
    while (from < held.length) {
      const end = replyEnd(held, from)
      if (end === undefined) break
      if (held[from] !== '>'.charCodeAt(0)) {
        swallowed = true
        return Buffer.concat([held.subarray(0, from), held.subarray(end)])
      }
      from = end
    }
    const passed = held.subarray(0, from)
    held = held.subarray(from)
    return passed
  }
}
