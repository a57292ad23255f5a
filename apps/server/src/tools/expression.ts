import { constants, functions } from './expression-names.ts'
import type { MathFunction } from './expression-names.ts'
import { ExpressionError, tokenize } from './expression-tokens.ts'
import { TokenCursor } from './token-cursor.ts'

const maxLength = 500

/**
 * The value of an arithmetic expression, by recursive descent:
 *
 *     sum     = product { ("+" | "-") product }
 *     product = signed { ("*" | "/" | "%") signed }
 *     signed  = [ "+" | "-" ] signed | power
 *     power   = atom [ "^" signed ]
 *     atom    = number | constant | call | "(" sum ")"
 *     call    = name "(" sum { "," sum } ")"
 *
 * So `-2^2` is -4, `2^3^2` is 2^9, and `%` is the remainder, with the sign of its left side. Nothing is evaluated as code.
 * Throws {@link ExpressionError}, for a result that is no finite number too.
 */
export function evaluate(expression: string): number {
  if (expression.length > maxLength) {
    throw new ExpressionError(`The expression has ${expression.length} characters; at most ${maxLength} are allowed.`)
  }
  const cursor = new TokenCursor(tokenize(expression))
  const value = sum(cursor)
  if (cursor.current.kind !== 'end') throw cursor.expected('an operator')
  if (!Number.isFinite(value))
    throw new ExpressionError('The result is not a finite number: too large, or not defined for these values.')
  return value
}

function sum(cursor: TokenCursor): number {
  let value = product(cursor)
  for (let operator; (operator = cursor.accept('+', '-'));) {
    value = operator === '+' ? value + product(cursor) : value - product(cursor)
  }
  return value
}

function product(cursor: TokenCursor): number {
  let value = signed(cursor)
  for (let operator; (operator = cursor.accept('*', '/', '%'));) {
    const right = signed(cursor)
    if (operator !== '*' && right === 0) throw new ExpressionError('Division by zero.')
    value = operator === '*' ? value * right : operator === '/' ? value / right : value % right
  }
  return value
}

/** Every way deeper leads through here. */
function signed(cursor: TokenCursor): number {
  return cursor.nested(() => {
    const sign = cursor.accept('+', '-')
    const value = sign ? signed(cursor) : power(cursor)
    return sign === '-' ? -value : value
  })
}

function power(cursor: TokenCursor): number {
  const base = atom(cursor)
  return cursor.accept('^') ? base ** signed(cursor) : base
}

function atom(cursor: TokenCursor): number {
  const number = cursor.acceptKind('number')
  if (number !== undefined) return Number(number)
  const name = cursor.acceptKind('name')
  if (name !== undefined) return named(cursor, name.toLowerCase())
  cursor.expect('(', 'a number')
  const value = sum(cursor)
  cursor.expect(')')
  return value
}

function named(cursor: TokenCursor, name: string): number {
  const constant = constants.get(name)
  if (constant !== undefined) return constant
  const called = functions.get(name)
  if (called) return call(cursor, name, called)
  const known = [...functions.keys(), ...constants.keys()].join(', ')
  throw new ExpressionError(`There is no ${JSON.stringify(name)}. Known names: ${known}.`)
}

function call(cursor: TokenCursor, name: string, { min, max, apply }: MathFunction): number {
  cursor.expect('(', `"(" after ${name}`)
  const values = [sum(cursor)]
  while (cursor.accept(',')) values.push(sum(cursor))
  cursor.expect(')')
  if (values.length < min || values.length > max) {
    const count = min === max ? `${min}` : `${min} to ${max}`
    throw new ExpressionError(`${name} takes ${count} values; got ${values.length}.`)
  }
  return apply(...values)
}
