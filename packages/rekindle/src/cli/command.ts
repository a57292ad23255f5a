import type { ExitCode } from './exit-code.ts'
import type { Given } from './given.ts'
import type { Terminal } from './terminal.ts'

/** An option of a command, as `--help` shows it. */
export interface CliOption {
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string
  readonly says: string
  /** May be given more than once. */
  readonly many?: boolean
}

export type CliOptions = Readonly<Record<string, CliOption>>

export interface Command {
  readonly name: string
  /** What follows the name: `KEY…`; nothing if only options do. */
  readonly takes?: string
  /** One line, for the list of commands. */
  readonly summary: string
  /** More, for its own help. */
  readonly details: string
  readonly options: CliOptions
  readonly examples: readonly string[]
  run(given: Given, terminal: Terminal): Promise<ExitCode>
}
