/** What the command ends with, for scripts. */
export type ExitCode = 0 | 1 | 2 | 3 | 130

export const exitCodes: Readonly<Record<'fine' | 'problem' | 'usage' | 'unreachable' | 'interrupted', ExitCode>> = {
  fine: 0,
  /** `doctor` found a failure; an invalidation is not confirmed; nothing to advise on. */
  problem: 1,
  /** The command line is not one. */
  usage: 2,
  /** The store is not there, or not one that can be used. */
  unreachable: 3,
  /** Ended by SIGINT. */
  interrupted: 130,
}

/** What was typed makes no sense. Its message says what would. */
export class UsageError extends Error {}

/** The store could not be used. The message has no password in it. */
export class UnreachableError extends Error {}
