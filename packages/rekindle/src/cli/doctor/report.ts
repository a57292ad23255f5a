import { counted } from '../figures.ts'
import { wrapped } from '../help.ts'
import { type Paint, printable, type Terminal } from '../terminal.ts'
import type { Check, CheckState } from './check.ts'

const paints: Record<CheckState, Paint> = { ok: 'good', warning: 'warn', failure: 'bad' }
const stateWidth = 'failure'.length
const widest = 110

/** A line for each check, what to do below it, and how many there are of each kind. */
export function reportOf(
  { store, namespace }: { readonly store: string; readonly namespace: string | undefined },
  checks: readonly Check[],
  { width, style }: Pick<Terminal, 'width' | 'style'>,
): string {
  const nameWidth = Math.max(...checks.map(({ name }) => name.length))
  const indent = stateWidth + nameWidth + 4
  const lines = checks.flatMap(({ name, state, found, advice }) => {
    const room = Math.max(30, Math.min(width, widest) - indent)
    const [first = '', ...more] = wrapped(printable(found), room)
    const below = [...more, ...(advice === undefined ? [] : wrapped(printable(advice), room).map((line) => style('dim', line)))]
    const head = `${style(paints[state], state.padEnd(stateWidth))}  ${style('strong', name.padEnd(nameWidth))}  ${first}`
    return [head, ...below.map((line) => ' '.repeat(indent) + line)]
  })
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length
  const totals = `${count('ok')} ok, ${counted(count('warning'), 'warning')}, ${counted(count('failure'), 'failure')}`
  const about = namespace === undefined ? printable(store) : `${printable(store)}, namespace ${printable(namespace)}`
  return `${about}\n\n${lines.join('\n')}\n\n${totals}\n`
}
