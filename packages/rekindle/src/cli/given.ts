import { parseArgs } from 'node:util'
import type { CliOptions } from './cli-options.ts'
import { parseDuration } from './duration.ts'
import { UsageError } from './exit-code.ts'
import { nearest } from './nearest.ts'

/** What was typed after the name of a command. */
export class Given {
  readonly positionals: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(positionals: readonly string[], values: Readonly<Record<string, unknown>>) {
    this.positionals = positionals
    this.#values = values
  }

  flag(name: string): boolean {
    return this.#values[name] === true
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? (value as string[]) : []
  }

  /** A duration in milliseconds: `90s`, `15m`. `bare`: what a number without a unit counts. */
  duration(name: string, bare?: 's'): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const ms = parseDuration(bare !== undefined && /^\d+(\.\d+)?$/.test(text) ? text + bare : text)
    if (ms === undefined) throw new UsageError(`--${name} takes a time such as 500ms, 90s, 15m, 1h or 7d; got '${text}'.`)
    return ms
  }

  /** A number of at least `least` and at most `most`. */
  number(name: string, least: number, most: number = Infinity): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (value >= least && value <= most) return value
    const range = most === Infinity ? `of at least ${least}` : `from ${least} to ${most}`
    throw new UsageError(`--${name} takes a number ${range}; got '${text}'.`)
  }

  count(name: string, least: number): number | undefined {
    const value = this.number(name, least)
    if (value === undefined || Number.isSafeInteger(value)) return value
    throw new UsageError(`--${name} takes a whole number; got '${this.text(name)}'.`)
  }
}

/** Throws {@link UsageError} for an option that the command does not have, or one without its value. */
export function parseGiven(args: readonly string[], options: CliOptions): Given {
  const known = Object.fromEntries(
    Object.entries({ ...options, help: {} as { value?: string; many?: boolean } }).map(([name, { value, many = false }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: many },
    ]),
  )
  try {
    const config = {
      args: args.map((each) => (each === '-h' ? '--help' : each)),
      options: known,
      allowPositionals: true,
    } as const
    const { values, positionals } = parseArgs(config)
    return new Given(positionals, values)
  } catch (error) {
    throw new UsageError(explained(error as Error & { code?: string }, Object.keys(known)))
  }
}

function explained({ message, code }: Error & { code?: string }, known: readonly string[]): string {
  const option = /'(-[^' ]*)/.exec(message)?.[1] ?? ''
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message.split('\n')[0]!
  const meant = nearest(option.replace(/^-+/, ''), known)
  return `There is no option ${option}.${meant === undefined ? '' : ` Did you mean --${meant}?`}`
}
