const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `500ms`, `90s`, `1h30m`, `7d` in milliseconds; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40 || !/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined
  let ms = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    ms += Number(amount) * unitMs[unit as keyof typeof unitMs]
  }
  return ms
}

const spans = [
  ['d', unitMs.d],
  ['h', unitMs.h],
  ['m', unitMs.m],
  ['s', unitMs.s],
] as const

/** As one would write it, to two units: `1h 30m`, `45s`, `250ms`; it can be read back without the space. */
export function durationText(ms: number): string {
  if (!Number.isFinite(ms)) return 'for ever'
  if (ms < 1_000) return `${Math.round(ms)}ms`
  const at = spans.findIndex(([, span]) => ms >= span)
  const [unit, span] = spans[at]!
  const smaller = spans[at + 1]
  if (smaller === undefined) return `${Number((ms / span).toFixed(ms < 10_000 ? 1 : 0))}${unit}`
  const small = Math.round((ms % span) / smaller[1])
  // Rounded up to a whole one of the larger.
  if (small * smaller[1] === span) return durationText((Math.floor(ms / span) + 1) * span)
  return `${Math.floor(ms / span)}${unit}${small === 0 ? '' : ` ${small}${smaller[0]}`}`
}
