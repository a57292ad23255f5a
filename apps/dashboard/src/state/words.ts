/** Numbers and times as this browser's language writes them. */

const whole = new Intl.NumberFormat()
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 1 })
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' })
const minute = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

export const countText = (count: number): string => (count < 100_000 ? whole.format(count) : compact.format(count))
export const rateText = (perSecond: number): string =>
  new Intl.NumberFormat(undefined, { maximumFractionDigits: perSecond < 10 ? 1 : 0 }).format(perSecond)
export const shareText = (part: number, whole_: number): string => (whole_ === 0 ? '–' : percent.format(part / whole_))
export const clockText = (at: number): string => clock.format(at)
export const minuteText = (at: number): string => minute.format(at)
export const dateText = (at: number | string): string => dateAndTime.format(typeof at === 'string' ? Date.parse(at) : at)

/** Three significant digits, from µs to s: what is read beside others of very different size. */
export function latencyText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–'
  if (ms < 1) return `${digits(ms * 1_000)} µs`
  if (ms < 1_000) return `${digits(ms)} ms`
  return `${digits(ms / 1_000)} s`
}

function digits(value: number): string {
  return new Intl.NumberFormat(undefined, { maximumSignificantDigits: value < 10 ? 2 : 3 }).format(value)
}

/** The two largest units of a span: `3 min 20 s`. */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1_000)
  const units = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3_600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ] as const
  const first = units.findIndex(([, count]) => count > 0)
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ')
}

export function agoText(at: number, now: number): string {
  const seconds = Math.min(0, Math.round((at - now) / 1_000))
  if (seconds > -60) return relative.format(seconds, 'second')
  if (seconds > -3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  return relative.format(Math.round(seconds / 86_400), 'day')
}

const byteUnits = [
  ['GB', 1_000_000_000],
  ['MB', 1_000_000],
  ['kB', 1_000],
] as const

export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const [unit, size] = byteUnits.find(([, each]) => bytes >= each)!
  return `${digits(bytes / size)} ${unit}`
}

/** The beginning is enough to tell two apart. */
export const shortFingerprint = (fingerprint: string): string => fingerprint.slice(0, 8)
