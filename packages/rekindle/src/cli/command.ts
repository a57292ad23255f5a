import type { CliOptions } from './cli-options.ts'
import type { ExitCode } from './exit-code.ts'
import type { Given } from './given.ts'
import type { Terminal } from './terminal.ts'

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
