import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExpressionError } from './expression-tokens.ts'
import { evaluate } from './expression.ts'

describe('an expression', () => {
  it.each([
    ['12*7', 84],
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['10 - 4 - 3', 3],
    ['100 / 10 / 5', 2],
    ['17 % 5', 2],
    ['-17 % 5', -2],
    ['-2^2', -4],
    ['(-2)^2', 4],
    ['2^3^2', 512],
    ['2^-1', 0.5],
    ['2 * -3', -6],
    ['--3', 3],
    ['.5 + 1.', 1.5],
    ['1.5e3 + 2E-1', 1500.2],
    ['sqrt(2)^2', 2.0000000000000004],
    ['max(1, 2, min(9, 3))', 3],
    ['round(2.345, 2)', 2.35],
    ['LN(E)', 1],
    ['cos(pi)', -1],
    ['\t7\n', 7],
  ])('%j is %d', (expression, value) => {
    expect(evaluate(expression)).toBeCloseTo(value, 12)
  })

  it.each([
    ['', 'Expected a number at character 1, found the end.'],
    ['   ', 'Expected a number at character 1, found the end.'],
    ['1 +', 'Expected a number at character 4, found the end.'],
    ['2 3', 'Expected an operator at character 3, found "3".'],
    ['2(3)', 'Expected an operator at character 2, found "(".'],
    ['(1 + 2', 'Expected ")" at character 7, found the end.'],
    ['1 + 2)', 'Expected an operator at character 6, found ")".'],
    ['1,000 + 1', 'Expected an operator at character 2, found ",".'],
    ['2 $ 3', 'Unexpected "$" at character 3.'],
    ['1.2.3', 'Expected an operator at character 4, found ".3".'],
    ['sqrt 4', 'Expected "(" after sqrt at character 6, found "4".'],
    ['sqrt(1, 2)', 'sqrt takes 1 values; got 2.'],
    ['1 / 0', 'Division by zero.'],
    ['5 % (2 - 2)', 'Division by zero.'],
  ])('%j is refused: %s', (expression, message) => {
    expect(() => evaluate(expression)).toThrow(new ExpressionError(message))
  })

  it.each(['sqrt(-1)', '10^400', 'ln(0)', '(-8)^0.5'])('%s is refused for having no finite value', (expression) => {
    expect(() => evaluate(expression)).toThrow('The result is not a finite number')
  })

  it.each(['constructor', 'toString()', '__proto__', 'process.exit(1)', 'globalThis', 'abs.constructor("1")', 'x=1', '`1`'])(
    'reaches no code: %s',
    (expression) => {
      expect(() => evaluate(expression)).toThrow(ExpressionError)
    },
  )

  it('is bounded in length and depth', () => {
    expect(() => evaluate('1+'.repeat(300))).toThrow('The expression has 600 characters; at most 500 are allowed.')
    expect(() => evaluate('('.repeat(200) + '1' + ')'.repeat(200))).toThrow('nested deeper than 50 levels')
    expect(() => evaluate('-'.repeat(200) + '1')).toThrow('nested deeper than 50 levels')
    expect(() => evaluate('2^'.repeat(200) + '1')).toThrow('nested deeper than 50 levels')
    expect(evaluate('1+'.repeat(249) + '1')).toBe(250)
  })

  it('of whole numbers has the value JavaScript gives it', () => {
    interface Sum {
      readonly text: string
      readonly value: number
    }
    const { sum } = fc.letrec<{ sum: Sum }>((tie) => ({
      sum: fc.oneof(
        { maxDepth: 4 },
        fc.integer({ min: 0, max: 1000 }).map((value) => ({ text: String(value), value })),
        fc.tuple(tie('sum'), tie('sum')).map(([a, b]) => ({ text: `(${a.text} + ${b.text})`, value: a.value + b.value })),
        fc.tuple(tie('sum'), tie('sum')).map(([a, b]) => ({ text: `(${a.text}-${b.text})`, value: a.value - b.value })),
        fc.tuple(tie('sum'), tie('sum')).map(([a, b]) => ({ text: `(${a.text} *${b.text})`, value: a.value * b.value })),
        tie('sum').map(({ text, value }) => ({ text: `-(${text})`, value: -value })),
      ),
    }))
    fc.assert(
      fc.property(sum, ({ text, value }) => {
        fc.pre(text.length <= 500)
        expect(evaluate(text)).toBe(value)
      }),
    )
  })

  it('of any text has a value or is refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d+*/^%()., a-z-]{0,80}$/)), (text) => {
        try {
          expect(evaluate(text)).toSatisfy(Number.isFinite)
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
