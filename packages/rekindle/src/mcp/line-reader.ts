/** Of one line. The SDK's own limit. */
export const maxLineBytes = 10_485_760

const newline = 0x0a

/** Splits what comes in pieces into lines. The time it takes grows with the bytes, not with their square. */
export class LineReader {
  readonly #onLine: (line: string) => void
  #pieces: Buffer[] = []
  #bytes = 0

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  /** False if a line has become longer than {@link maxLineBytes}; then it is forgotten. */
  add(chunk: Buffer): boolean {
    let rest = chunk
    for (let end = rest.indexOf(newline); end !== -1; end = rest.indexOf(newline)) {
      this.#onLine(Buffer.concat([...this.#pieces, rest.subarray(0, end)]).toString())
      this.#forget()
      rest = rest.subarray(end + 1)
    }
    if (rest.length > 0) this.#pieces.push(rest)
    this.#bytes += rest.length
    if (this.#bytes <= maxLineBytes) return true
    this.#forget()
    return false
  }

  #forget(): void {
    this.#pieces = []
    this.#bytes = 0
  }
}
