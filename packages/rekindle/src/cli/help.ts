import type { CliOptions } from './cli-options.ts'
import type { Command } from './command.ts'

const columns = 100

export function overview(commands: readonly Command[]): string {
  const widest = Math.max(...commands.map(({ name, takes = '' }) => `${name} ${takes}`.length))
  const list = commands.map(({ name, takes = '', summary }) => `  ${`${name} ${takes}`.padEnd(widest)}  ${summary}`)
  return [
    'rekindle <command> [options]: looks after a fleet of agent caches from the command line.',
    '',
    ...list,
    '',
    'Where the store is: --redis URL or --sqlite FILE, and --namespace NAME; or REKINDLE_REDIS, REKINDLE_SQLITE,',
    'REKINDLE_NAMESPACE. An address with a password is better in the environment: others on the machine see options.',
    '',
    'Exit codes: 0 fine, 1 a problem was found, 2 wrong usage, 3 store unreachable, 130 interrupted.',
    'Each command has its --help.',
    '',
  ].join('\n')
}

export function helpOf({ name, takes, details, options, examples }: Command): string {
  const shown = { ...options, help: { says: 'this text' } as CliOptions[string] }
  const names = Object.entries(shown).map(([option, { value }]) => `--${option}${value === undefined ? '' : ` ${value}`}`)
  const widest = Math.max(...names.map(({ length }) => length))
  const list = Object.values(shown).flatMap(({ says, many }, at) => {
    const [first = '', ...more] = wrapped(many === true ? `${says}; may be given more than once` : says, columns - widest - 4)
    return [`  ${names[at]!.padEnd(widest)}  ${first}`, ...more.map((line) => ' '.repeat(widest + 4) + line)]
  })
  return [
    `rekindle ${name}${takes === undefined ? '' : ` ${takes}`} [options]`,
    '',
    ...wrapped(details, columns),
    '',
    ...list,
    '',
    ...examples.map((example) => `  rekindle ${example}`),
    '',
  ].join('\n')
}

export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
