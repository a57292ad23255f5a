/** A series that an expression names, and the labels that it looks at there. */
export interface Selector {
  readonly series: string
  readonly matchers: Readonly<Record<string, readonly string[]>>
  /** The functions and aggregations around it, from the outside in. */
  readonly within: readonly string[]
  /** What the aggregations around it keep. */
  readonly grouping: readonly string[]
}

type Token = { readonly kind: 'name' | 'text' | 'number' | 'sign'; readonly text: string }

const pattern =
  /\s*(?:(?<name>[A-Za-z_:][\w:]*)|"(?<text>[^"\\]*)"|(?<number>\d+(?:\.\d+)?)|(?<sign>=~|!~|!=|>=|<=|[-+*/%<>=(){}[\],$]))/y

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < expression.trimEnd().length) {
    const at = pattern.lastIndex
    const { groups } = pattern.exec(expression) ?? {}
    const found = Object.entries(groups ?? {}).find(([, text]) => text !== undefined)
    if (found === undefined) throw new Error(`not PromQL: ${expression.slice(at)}`)
    tokens.push({ kind: found[0] as Token['kind'], text: found[1]! })
  }
  return tokens
}

const functions = ['rate', 'increase', 'histogram_quantile', 'scalar']
const aggregations = ['sum', 'min', 'max']

/**
 * The series of an expression in the part of PromQL that a dashboard needs: numbers, selectors with a range or without, the functions
 * and aggregations above, operators. Throws where it is not that.
 */
export function selectorsOf(expression: string): Selector[] {
  const tokens = tokensOf(expression)
  const selectors: Selector[] = []
  let at = 0
  const next = (): Token => {
    const token = tokens[at++]
    if (token === undefined) throw new Error(`${expression}: it ends too soon`)
    return token
  }
  const is = (text: string): boolean => tokens[at]?.text === text && tokens[at]?.kind !== 'text'
  const skip = (text: string): void => {
    const token = next()
    if (token.text !== text) throw new Error(`${expression}: ${text} expected, not ${token.text}`)
  }

  const names = (): string[] => {
    const found: string[] = []
    skip('(')
    while (!is(')')) {
      found.push(next().text)
      if (!is(')')) skip(',')
    }
    skip(')')
    return found
  }
  const selector = (series: string, within: readonly string[], grouping: readonly string[]): void => {
    const matchers: Record<string, string[]> = {}
    if (is('{')) {
      skip('{')
      while (!is('}')) {
        const label = next().text
        const regular = next().text === '=~'
        const { text } = next()
        matchers[label] = regular ? text.split('|') : [text]
        if (!is('}')) skip(',')
      }
      skip('}')
    }
    if (is('[')) {
      for (const text of ['[', '$', '__rate_interval', ']']) skip(text)
      if (!['rate', 'increase'].includes(within.at(-1) ?? '')) throw new Error(`${expression}: a range outside a rate`)
    }
    selectors.push({ series, matchers, within, grouping })
  }
  const operand = (within: readonly string[], grouping: readonly string[]): void => {
    const { kind, text } = next()
    if (kind === 'number') return
    if (text === '(') {
      whole(within, grouping)
      return skip(')')
    }
    if (kind !== 'name') throw new Error(`${expression}: ${text} is out of place`)
    const isAggregation = aggregations.includes(text)
    if (!isAggregation && !functions.includes(text)) return selector(text, within, grouping)
    let kept = grouping
    if (isAggregation && is('by')) {
      skip('by')
      kept = [...grouping, ...names()]
    }
    skip('(')
    do whole([...within, text], kept)
    while (is(',') && next())
    skip(')')
  }
  const whole = (within: readonly string[], grouping: readonly string[]): void => {
    operand(within, grouping)
    while (['/', '*', '+', '-', '>', '<'].some(is)) {
      next()
      operand(within, grouping)
    }
  }
  whole([], [])
  if (at < tokens.length) throw new Error(`${expression}: ${tokens[at]!.text} is too much`)
  return selectors
}
