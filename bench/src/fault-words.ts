import { type CellRun, giveUpMs, requestCount } from './fault-cell.ts'
import type { Outcome, Request } from './fault-orders.ts'

const wrong = { undefined: 'undefined', foreign: 'another key’s', malformed: 'malformed' } as const

/** What several runs of one cell came to, in a few words: how long requests took, what they got, and what came after. */
export function cellText(runs: readonly CellRun[]): string {
  const crashes = runs.filter(({ crash }) => crash !== undefined).length
  if (crashes > 0) return `crashed${crashes < runs.length ? ` in ${crashes} of ${runs.length} runs` : ''} · ${answersText(runs)}`
  return `${timesText(runs)} · ${answersText(runs)} · ${afterText(runs)}`
}

/** Figures of one run, as they are kept. `null`: longer than was waited for. */
export function cellFigures(run: CellRun): object {
  const { crash, first, following, unanswered, backAfterMs, afterwards } = run
  const errors = new Set([first, ...following].flatMap((request) => request?.error ?? []))
  return {
    firstMs: first && rounded(first.ms),
    followingMs: { median: rounded(middle(followingTimes(run))), worst: rounded(Math.max(...followingTimes(run))) },
    answers: countsOf(first ? [first, ...following] : following),
    unanswered,
    ...(errors.size > 0 && { errors: [...errors] }),
    ...(afterwards ? { afterwards: foundIn(afterwards) } : { backAfterMs: rounded(backAfterMs ?? Infinity) }),
    ...(crash && { crash }),
  }
}

/** What of damaged entries was found in the store later, and what had to be loaded. */
function foundIn(afterwards: readonly Request[]): object {
  const found = afterwards.filter((request) => request.found)
  return { ...countsOf(found), loaded: afterwards.length - found.length }
}

export function allRight(runs: readonly CellRun[]): boolean {
  return runs.every(({ crash, first, following }) => {
    const right = [first, ...following].filter((request) => request?.outcome === 'right')
    return crash === undefined && right.length === requestCount
  })
}

/** Those without an answer took longer than could be waited for. */
function followingTimes({ first, following, unanswered }: CellRun): readonly number[] {
  const missing = first === undefined ? unanswered - 1 : unanswered
  return [...following.map(({ ms }) => ms), ...Array.from({ length: Math.max(0, missing) }, () => Infinity)]
}

function timesText(runs: readonly CellRun[]): string {
  const first = middle(runs.map((run) => run.first?.ms ?? Infinity))
  const times = runs.flatMap(followingTimes)
  const usual = middle(times)
  const worst = Math.max(...times)
  const most = worst > 2 * usual + 50 ? ` (≤ ${milliseconds(worst)})` : ''
  if (!Number.isFinite(usual)) return `${milliseconds(first)} each`
  if (usual > 50 && usual > first / 2) return `${milliseconds(usual)} each${most}`
  return first > 2 * usual + 5 ? `${milliseconds(first)}, then ${milliseconds(usual)}${most}` : `${milliseconds(usual)}${most}`
}

function answersText(runs: readonly CellRun[]): string {
  const counts = countsOf(runs.flatMap(({ first, following }) => (first ? [first, ...following] : following)))
  const total = runs.length * requestCount
  if (counts.right === total) return 'all right'
  const unanswered = total - Object.values(counts).reduce((sum, count) => sum + count, 0)
  if (unanswered === total) return 'no answer'
  const parts = [
    ...(['undefined', 'foreign', 'malformed'] as const).map((outcome) => [wrong[outcome], counts[outcome]] as const),
    ['error', counts.error] as const,
    ['no answer', unanswered] as const,
  ]
  const told = parts.filter(([, count]) => count > 0).map(([what, count]) => `${what} ${count} of ${total}`)
  const isWrong = counts.undefined + counts.foreign + counts.malformed > 0
  return `${isWrong ? 'WRONG: ' : ''}${told.join(', ')}`
}

function afterText(runs: readonly CellRun[]): string {
  const inspected = runs.flatMap(({ afterwards }) => afterwards ?? [])
  if (inspected.length === 0) {
    const back = middle(runs.map(({ backAfterMs }) => backAfterMs ?? Infinity))
    return Number.isFinite(back) ? `back ${seconds(back)}` : 'not back'
  }
  const mended = inspected.filter(({ outcome, found }) => found && outcome === 'right').length
  if (mended === inspected.length) return 'mended'
  if (inspected.some(({ outcome, found }) => found && outcome !== 'right')) return 'stays wrong'
  return mended === 0 ? 'not mended' : `${mended} of ${inspected.length} mended`
}

function countsOf(requests: readonly Request[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { right: 0, undefined: 0, foreign: 0, malformed: 0, error: 0 }
  for (const { outcome } of requests) counts[outcome]++
  return counts
}

/** A median of times that may be infinite. */
function middle(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

function milliseconds(ms: number): string {
  return Number.isFinite(ms) ? `${Math.round(ms)} ms` : `> ${giveUpMs / 1000} s`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 1_000 ? 2 : 1)} s`
}

function rounded(ms: number): number | null {
  return Number.isFinite(ms) ? Math.round(10 * ms) / 10 : null
}
