import { ExpressionError } from './expression-tokens.ts'
import type { Token } from './expression-tokens.ts'

const maxDepth = 50

/** Where the reading of an expression has got. */
export class TokenCursor {
  readonly #tokens: readonly Token[]
  #position = 0
  #depth = 0

  /** The last of them is of kind `end`, and is never passed. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get current(): Token {
    return this.#tokens[this.#position] as Token
  }

  /** Passes the current token, if it is of this kind, and returns its text. */
  acceptKind(kind: 'number' | 'name' | 'symbol'): string | undefined {
    const { current } = this
    if (current.kind !== kind) return undefined
    this.#position++
    return current.text
  }

  /** The same for one of these symbols. */
  accept(...symbols: string[]): string | undefined {
    return symbols.includes(this.current.text) ? this.acceptKind('symbol') : undefined
  }

  /** Passes the symbol; without it throws that `what` was expected. */
  expect(symbol: string, what: string = JSON.stringify(symbol)): void {
    if (this.accept(symbol) === undefined) throw this.expected(what)
  }

  expected(what: string): ExpressionError {
    const { kind, text, at } = this.current
    return new ExpressionError(`Expected ${what} at character ${at}, found ${kind === 'end' ? text : JSON.stringify(text)}.`)
  }

  /** Bounds how deep what `read` reads may be nested, and so the stack. */
  nested<Result>(read: () => Result): Result {
    if (++this.#depth > maxDepth) throw new ExpressionError(`The expression is nested deeper than ${maxDepth} levels.`)
    const result = read()
    this.#depth--
    return result
  }
}
