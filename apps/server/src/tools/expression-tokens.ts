/** Something is wrong with the expression; the message says what and where, for whoever wrote it. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError'
}

export interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end'
  readonly text: string
  /** Where it begins, counted from 1. */
  readonly at: number
}

/** Ends with a token of kind `end`. Throws {@link ExpressionError} at a character no expression holds. */
export function tokenize(text: string): Token[] {
  const pattern = /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z][a-z0-9]*)|([-+*/%^(),]))/iy
  const tokens: Token[] = []
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const from = pattern.lastIndex
    const match = pattern.exec(text)
    if (!match) {
      const at = from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0)
      throw new ExpressionError(`Unexpected ${JSON.stringify(text.slice(at, at + 1))} at character ${at + 1}.`)
    }
    const [whole, number, name, symbol] = match
    const token = number ?? name ?? symbol ?? ''
    const at = from + whole.length - token.length + 1
    tokens.push({ kind: number ? 'number' : name ? 'name' : 'symbol', text: token, at })
  }
  return [...tokens, { kind: 'end', text: 'the end', at: end + 1 }]
}
