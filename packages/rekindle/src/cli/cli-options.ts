/** An option of a command, as `--help` shows it. */
interface CliOption {
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string
  readonly says: string
  /** May be given more than once. */
  readonly many?: boolean
}

export type CliOptions = Readonly<Record<string, CliOption>>
