import type { Grid, Verdict } from '../benchmark.ts'
import { figure, type Summary, times } from '../report.ts'
import { isOurs } from './frame.ts'

/** A comparison in Markdown: bold what is Rekindle's. */
export function comparisonTable({ unit, rows }: Summary): string {
  const lines = rows.map(({ name, spread, ratio }) => [
    named(name),
    figure(spread.median),
    `${figure(spread.min)}–${figure(spread.max)}`,
    times(ratio.median),
    `${times(ratio.min)}–${times(ratio.max)}`,
  ])
  return table([['', unit, 'min–max', 'ratio', 'min–max'], ...lines], '--:')
}

export function gridTable({ table: [header = [], ...lines] }: Grid): string {
  const firsts = lines.map(([first = '', ...others]) => [named(first.trim()), ...others.map(plain)])
  return table([header.map(plain), ...firsts], '---')
}

export function verdicts(targets: readonly Verdict[]): string {
  return targets.map(({ met, text }) => `- ${met ? 'Met' : '**Missed**'}: ${plain(text)}`).join('\n')
}

/** Their lines are those of the terminal, and one paragraph here. */
export function paragraph(notes: readonly string[]): string {
  return plain(notes.join(' '))
}

/** The words as they are, whatever they mean in Markdown or HTML. */
export function plain(words: string): string {
  return words.replaceAll(/[\\`*_[\]<>|~#&]/g, String.raw`\$&`)
}

function named(name: string): string {
  return isOurs(name) ? `**${plain(name)}**` : plain(name)
}

/** What is in the cells is Markdown already. */
export function table([header = [], ...lines]: readonly (readonly string[])[], alignment: string): string {
  const rule = header.map((_, column) => (column === 0 ? '---' : alignment))
  return [header, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
