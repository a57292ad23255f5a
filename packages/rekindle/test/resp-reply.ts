const lengths = '$!='
const lists = '*~>'

/** Where the reply that begins at `from` ends (RESP 2 and 3), or `undefined` if not all of it is there. */
function endOfReply(data: Buffer, from: number): number | undefined {
  const lineEnd = data.indexOf('\r\n', from)
  if (lineEnd < 0) return undefined
  const afterLine = lineEnd + 2
  const type = String.fromCharCode(data[from]!)
  const count = Number(data.toString('latin1', from + 1, lineEnd))
  if (lengths.includes(type)) {
    const end = count < 0 ? afterLine : afterLine + count + 2
    return end <= data.length ? end : undefined
  }
  const parts = lists.includes(type) ? count : type === '%' ? 2 * count : type === '|' ? 2 * count + 1 : 0
  let end: number | undefined = afterLine
  for (let part = 0; part < parts && end !== undefined; part++) end = endOfReply(data, end)
  return end
}

/** Whether this answers no command: a message to a subscriber, among others (RESP 3). */
export const isPush = (reply: Buffer): boolean => reply[0] === '>'.charCodeAt(0)

/** Cuts what a server sends into replies, however it arrives. */
export class ReplySplitter {
  #rest: Buffer = Buffer.alloc(0)

  split(data: Buffer): Buffer[] {
    const all = Buffer.concat([this.#rest, data])
    const replies: Buffer[] = []
    let at = 0
    for (let end = endOfReply(all, at); end !== undefined; end = endOfReply(all, at)) {
      replies.push(all.subarray(at, end))
      at = end
    }
    this.#rest = all.subarray(at)
    return replies
  }
}
