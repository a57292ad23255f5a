/** Where a command writes to, and what it is told from there. */
export interface Terminal {
  /** Results. */
  readonly out: (text: string) => void
  /** Errors, progress and questions. */
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether somebody looks at the results as they come. */
  readonly isWatched: boolean
  /** Whether somebody looks at what goes on, and can be asked. */
  readonly isAttended: boolean
  /** Columns; Infinity where results go to a file or another program. */
  readonly width: number
  /** Lines, likewise. */
  readonly height: number
  readonly style: Style
  /** SIGINT. */
  readonly signal: AbortSignal
  readonly ask: (question: string) => Promise<string>
}

export type Paint = 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'accent'

export type Style = (paint: Paint, text: string) => string

const codes: Record<Paint, readonly [on: number, off: number]> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
  accent: [36, 39],
}

export const coloured: Style = (paint, text) => `\u001B[${codes[paint][0]}m${text}\u001B[${codes[paint][1]}m`

export const plain: Style = (_, text) => text

/** Addresses may have one, and may stand where none was expected. */
export function withoutPasswords(text: string): string {
  return text.replaceAll(/:\/\/[^/@\s]*@/g, '://…@')
}

/**
 * Names, keys and error texts come from users, workers and stores: what would move the cursor, ring the bell, or turn the direction
 * of writing is shown, not done.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`
  })
}
