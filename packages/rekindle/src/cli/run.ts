import { InvalidKeyError, InvalidOptionsError, InvalidTargetError, textOf } from '../errors.ts'
import { advise } from './advise/advise.ts'
import type { Command } from './command.ts'
import { doctor } from './doctor/doctor.ts'
import { type ExitCode, exitCodes, UnreachableError, UsageError } from './exit-code.ts'
import { parseGiven } from './given.ts'
import { helpOf, overview } from './help.ts'
import { inspect } from './inspect.ts'
import { invalidate } from './invalidate.ts'
import { nearest } from './nearest.ts'
import { record } from './record.ts'
import { stats } from './stats/stats.ts'
import { printable, type Terminal, withoutPasswords } from './terminal.ts'

const commands: readonly Command[] = [doctor, stats, inspect, invalidate, record, advise]

/** Carries out one command line. Never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first, ...rest] = args
  try {
    if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
      terminal.out(overview(commands))
      return first === undefined ? exitCodes.usage : exitCodes.fine
    }
    if (first === '--version' || first === '-V') {
      terminal.out(`${await version()}\n`)
      return exitCodes.fine
    }
    const name = first === 'help' ? rest[0]! : first
    const command = commandCalled(name)
    const given = parseGiven(first === 'help' ? [] : rest, command.options)
    if (first === 'help' || given.flag('help')) {
      terminal.out(helpOf(command))
      return exitCodes.fine
    }
    if (command.takes === undefined && given.positionals.length > 0) {
      throw new UsageError(`'${given.positionals[0]}' was not expected.`)
    }
    const code = await command.run(given, terminal)
    return terminal.signal.aborted ? exitCodes.interrupted : code
  } catch (error) {
    if (terminal.signal.aborted) return exitCodes.interrupted
    return failed(error, first, terminal)
  }
}

function commandCalled(name: string): Command {
  const command = commands.find((each) => each.name === name)
  if (command !== undefined) return command
  const names = commands.map((each) => each.name)
  if (name.startsWith('-')) throw new UsageError(`First the command, then its options. Commands: ${names.join(', ')}.`)
  const meant = nearest(name, names)
  throw new UsageError(
    `There is no command '${name}'. ${meant === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${meant}?`}`,
  )
}

function failed(error: unknown, name: string | undefined, terminal: Terminal): ExitCode {
  // Names from a store are in it, and what was typed in the wrong place.
  const err = (text: string) =>
    terminal.err(
      `${text
        .split('\n')
        .map((line) => printable(withoutPasswords(line)))
        .join('\n')}`,
    )
  if (error instanceof UnreachableError) {
    err(`${error.message}\n`)
    return exitCodes.unreachable
  }
  const isUsage = [InvalidKeyError, InvalidOptionsError, InvalidTargetError].some((type) => type.isInstance(error))
  if (isUsage || error instanceof UsageError) {
    const command = commands.find((each) => each.name === name)
    err(`${textOf((error as Error).message)}\nMore: rekindle ${command === undefined ? '' : `${command.name} `}--help\n`)
    return exitCodes.usage
  }
  err(`${textOf(error)}\n`)
  return exitCodes.problem
}

async function version(): Promise<string> {
  const { default: about } = (await import('rekindle/package.json', { with: { type: 'json' } })) as {
    default: { version: string }
  }
  return about.version
}
