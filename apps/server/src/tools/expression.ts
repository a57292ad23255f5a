import { constants, functions } from './expression-names.ts'
import { ExpressionError, tokenize } from './expression-tokens.ts'
import type { Token } from './expression-tokens.ts'

const maxLength = 500
const maxDepth = 50

/**
 * The value of an arithmetic expression, by recursive descent:
 *
 *     sum     = product { ("+" | "-") product }
 *     product = signed { ("*" | "/" | "%") signed }
 *     signed  = [ "+" | "-" ] signed | power
 *     power   = atom [ "^" signed ]
 *     atom    = number | constant | name "(" sum { "," sum } ")" | "(" sum ")"
 *
 * So `-2^2` is -4, `2^3^2` is 2^9, and `%` is the remainder, with the sign of its left side. Nothing is evaluated as code.
 * Throws {@link ExpressionError}, for a result that is no finite number too.
 */
export function evaluate(expression: string): number {
  if (expression.length > maxLength) {
    throw new ExpressionError(`The expression has ${expression.length} characters; at most ${maxLength} are allowed.`)
  }
  const tokens = tokenize(expression)
  let position = 0
  let depth = 0

  const peek = (): Token => tokens[position] as Token
  const accept = (...symbols: string[]): string | undefined => {
    const { kind, text } = peek()
    if (kind !== 'symbol' || !symbols.includes(text)) return undefined
    position++
    return text
  }
  const expected = (what: string): ExpressionError => {
    const { kind, text, at } = peek()
    return new ExpressionError(`Expected ${what} at character ${at}, found ${kind === 'end' ? text : JSON.stringify(text)}.`)
  }

  function sum(): number {
    let value = product()
    for (let operator; (operator = accept('+', '-'));) value = operator === '+' ? value + product() : value - product()
    return value
  }

  function product(): number {
    let value = signed()
    for (let operator; (operator = accept('*', '/', '%'));) {
      const right = signed()
      if (operator !== '*' && right === 0) throw new ExpressionError('Division by zero.')
      value = operator === '*' ? value * right : operator === '/' ? value / right : value % right
    }
    return value
  }

  function signed(): number {
    if (++depth > maxDepth) throw new ExpressionError(`The expression is nested deeper than ${maxDepth} levels.`)
    const sign = accept('+', '-')
    const value = sign ? signed() : power()
    depth--
    return sign === '-' ? -value : value
  }

  function power(): number {
    const base = atom()
    return accept('^') ? base ** signed() : base
  }

  function atom(): number {
    const { kind, text } = peek()
    if (kind === 'number') {
      position++
      return Number(text)
    }
    if (kind === 'name') {
      position++
      return named(text.toLowerCase())
    }
    if (!accept('(')) throw expected('a number')
    const value = sum()
    if (!accept(')')) throw expected('")"')
    return value
  }

  function named(name: string): number {
    const constant = constants.get(name)
    if (constant !== undefined) return constant
    const called = functions.get(name)
    if (!called) {
      const known = [...functions.keys(), ...constants.keys()].join(', ')
      throw new ExpressionError(`There is no ${JSON.stringify(name)}. Known names: ${known}.`)
    }
    if (!accept('(')) throw expected(`"(" after ${name}`)
    const values = [sum()]
    while (accept(',')) values.push(sum())
    if (!accept(')')) throw expected('")"')
    if (values.length < called.min || values.length > called.max) {
      const count = called.min === called.max ? `${called.min}` : `${called.min} to ${called.max}`
      throw new ExpressionError(`${name} takes ${count} values; got ${values.length}.`)
    }
    return called.apply(...values)
  }

  const value = sum()
  if (peek().kind !== 'end') throw expected('an operator')
  if (!Number.isFinite(value))
    throw new ExpressionError('The result is not a finite number: too large, or not defined for these values.')
  return value
}
