import { findTimeZone } from '../tools/time-zone.ts'
import { findUnit } from '../tools/units.ts'

/** One kind of request the offline model understands. */
export interface Intent {
  /** The tool that answers it. */
  readonly tool: string
  /** A request it understands, shown to people who wonder what to ask. */
  readonly example: string
  /** The tool's input, if `clause` is such a request. */
  find(clause: string, context: IntentContext): object | undefined
}

interface IntentContext {
  /** Where the user is, if the agent's instructions say so. */
  readonly timeZone: string | undefined
}

const date = String.raw`(\d{4}-\d{2}-\d{2}|today)`
const span = String.raw`(\d{1,5}|an?)\s+(business day|working day|workday|day|week|month|year)s?`

/** In the order in which they are tried: a clause is what the first match says. */
export const intents: readonly Intent[] = [
  { tool: 'days_between', example: 'How many business days are there between 2026-03-02 and 2026-03-31?', find: findDaysBetween },
  { tool: 'add_to_date', example: 'What date is 10 days after 2026-03-01?', find: findAddToDate },
  { tool: 'weekday', example: 'Which weekday is 2026-12-24?', find: findWeekday },
  { tool: 'current_time', example: 'What time is it in Tokyo?', find: findTime },
  { tool: 'convert_units', example: 'Convert 10 km to miles.', find: findConversion },
  { tool: 'statistics', example: 'What is the mean of 3, 5 and 8?', find: findNumbers },
  { tool: 'calculator', example: 'What is 12 * 7?', find: findExpression },
]

function findDaysBetween(clause: string): object | undefined {
  if (!/\bdays?\b/i.test(clause)) return undefined
  const both = new RegExp(String.raw`\b(?:between|from)\s+${date}\s+(?:and|to|until|till)\s+${date}`, 'i').exec(clause)
  if (both) return { from: both[1], to: both[2] }
  const until = new RegExp(String.raw`\bdays?\b.*\b(?:until|till)\s+${date}`, 'i').exec(clause)
  return until ? { from: 'today', to: until[1] } : undefined
}

function findAddToDate(clause: string): object | undefined {
  const around = new RegExp(String.raw`\b${span}\s+(after|from|before|prior to)\s+(?:${date}|now\b)`, 'i').exec(clause)
  if (around) return shift(around[4], around[1], around[2], /^(before|prior)/i.test(around[3] ?? ''))
  const added = new RegExp(String.raw`\b(add|subtract)\s+${span}\s+(?:to|from)\s+${date}`, 'i').exec(clause)
  if (added) return shift(added[4], added[2], added[3], /^sub/i.test(added[1] ?? ''))
  const signed = new RegExp(String.raw`\b${date}\s*(\+|-|plus|minus)\s*${span}\b`, 'i').exec(clause)
  if (signed) return shift(signed[1], signed[3], signed[4], /^(-|minus)/i.test(signed[2] ?? ''))
  const ago = new RegExp(String.raw`\b${span}\s+ago\b`, 'i').exec(clause)
  if (ago) return shift('today', ago[1], ago[2], true)
  const ahead = new RegExp(String.raw`\b(?:date|day)\b.*\bin\s+${span}\b`, 'i').exec(clause)
  return ahead ? shift('today', ahead[1], ahead[2], false) : undefined
}

function shift(from = 'today', count = '1', unit = 'day', back: boolean): object {
  const amount = /^an?$/i.test(count) ? 1 : Number(count)
  const name = unit.toLowerCase()
  return {
    date: from.toLowerCase(),
    amount: back ? -amount : amount,
    unit: /work|business/.test(name) ? 'business days' : `${name}s`,
  }
}

function findWeekday(clause: string): object | undefined {
  const asked = /\b(?:(?:what|which)\s+day\b(?!s)|weekday|day\s+of\s+the\s+week)/i.test(clause)
  if (!asked) return undefined
  return { date: new RegExp(String.raw`\b${date}\b`, 'i').exec(clause)?.[1]?.toLowerCase() ?? 'today' }
}

function findTime(clause: string, { timeZone }: IntentContext): object | undefined {
  const placed =
    /\b(?:time|date)\b(?:\s+is\s+it)?(?:\s+(?:right\s+)?now|\s+currently)?\s+in\s+([\p{L}][\p{L}\p{M}/_' .+:\d-]{1,50})/iu.exec(
      clause,
    )
  if (placed) {
    const words = (placed[1] ?? '').trim().split(/\s+/)
    const lengths = words.map((_, index) => words.length - index)
    const places = lengths.map((length) => words.slice(0, length).join(' '))
    // Not a place we know: the tool says so better than a guess would.
    return { timeZone: places.find((place) => findTimeZone(place)) ?? words.slice(0, 3).join(' ') }
  }
  const asked = /\b(?:what(?:['’]s|\s+is)?|tell\s+me|current)\s+(?:the\s+)?(?:current\s+)?(?:time|date)\b/i.test(clause)
  if (!asked) return undefined
  return timeZone ? { timeZone } : {}
}

function findConversion(clause: string): object | undefined {
  const unit = String.raw`[\p{L}°²³/]+\d?(?:\s[\p{L}]+){0,2}`
  const number = String.raw`(-?\d+(?:\.\d+)?)`
  const direct = new RegExp(String.raw`(?<![\d.])${number}\s*(${unit}?)\s+(?:to|in|into|as)\s+(${unit})`, 'iu').exec(clause)
  const asked = new RegExp(String.raw`\bhow\s+many\s+(${unit}?)\s+(?:are\s+)?(?:there\s+)?in\s+${number}\s*(${unit})`, 'iu').exec(
    clause,
  )
  const [value, from, to] = direct ? [direct[1], direct[2], direct[3]] : [asked?.[2], asked?.[3], asked?.[1]]
  const [source, target] = [knownUnit(from), knownUnit(to)]
  return source && target ? { value: Number(value), from: source, to: target } : undefined
}

/** The most words from the left that name a unit: "miles please" is miles. */
function knownUnit(words: string | undefined): string | undefined {
  const parts = words?.split(/\s+/) ?? []
  const names = parts.map((_, index) => parts.slice(0, parts.length - index).join(' '))
  return names.find((name) => findUnit(name))
}

function findNumbers(clause: string): object | undefined {
  const asked =
    /\b(?:mean|average|median|standard\s+deviation|variance|quartiles?|statistics|stats|sum|total|minimum|maximum)\b/i.exec(
      clause,
    )
  if (!asked) return undefined
  const numbers = clause.match(/(?<![\w.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)?.map(Number) ?? []
  return numbers.length >= 2 ? { numbers } : undefined
}

const inSymbols: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d{2}-\d{2}/g, ' , '],
  [/(?<=\d),(?=\d{3}\b)/g, ''],
  [/×|\btimes\b|\bmultiplied by\b|(?<=[\d)])\s*x\s*(?=[\d(])/gi, '*'],
  [/÷|\bdivided by\b/gi, '/'],
  [/−|\bminus\b/gi, '-'],
  [/\bplus\b/gi, '+'],
  [/\bto the power of\b/gi, '^'],
  [/\s+squared\b/gi, '^2'],
  [/\s+cubed\b/gi, '^3'],
  [/(?:%|\bpercent)\s+of\b/gi, '/100*'],
  [/\bsquare root of\s+(\d+(?:\.\d+)?)/gi, 'sqrt($1)'],
]

/** The longest stretch that reads as arithmetic. Whether it is correct is for the calculator to say. */
function findExpression(clause: string): object | undefined {
  const symbols = inSymbols.reduce((text, [words, symbol]) => text.replace(words, symbol), clause)
  const stretches =
    symbols.match(
      /(?:\b(?:sqrt|cbrt|abs|exp|ln|log2|log10|sin|cos|tan|floor|ceil|trunc|round|min|max|pi|e)\b|[\d.\s+*/%^(),-])+/gi,
    ) ?? []
  const candidates = stretches
    .map((stretch) => stretch.replace(/^[\s,.*/%^]+|[\s,.]+$/g, ''))
    .filter((stretch) => /[\d)i]\s*[-+*/%^]\s*[-\d(.a-z]|[a-z\d]\([^)]/i.test(stretch) && /\d|pi/i.test(stretch))
  const [longest] = candidates.toSorted((a, b) => b.length - a.length)
  return longest ? { expression: longest } : undefined
}
