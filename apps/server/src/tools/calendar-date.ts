/** Days since 1970-01-01, in no time zone. Dates are computed as these, so that no daylight saving change can shift one. */
export type DayNumber = number

const msPerDay = 86_400_000
const firstDay = Date.UTC(1000, 0, 1) / msPerDay
const lastDay = Date.UTC(9999, 11, 31) / msPerDay

/** Throws a `RangeError` unless `text` is a date that exists, as YYYY-MM-DD from the year 1000 on. */
export function parseDate(text: string): DayNumber {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) / msPerDay : Number.NaN
  // The comparison catches 2026-02-30, which Date takes for 2026-03-02.
  if (!(day >= firstDay && day <= lastDay) || formatDate(day) !== text) {
    throw new RangeError(`${JSON.stringify(text)} is not a date. Write it as YYYY-MM-DD, for example 2026-03-01.`)
  }
  return day
}

/** As YYYY-MM-DD. Throws a `RangeError` outside the years 1000 to 9999. */
export function formatDate(day: DayNumber): string {
  if (!(day >= firstDay && day <= lastDay)) throw new RangeError('The date lies outside the years 1000 to 9999.')
  return new Date(day * msPerDay).toISOString().slice(0, 10)
}

/** 1 is Monday, 7 is Sunday (ISO 8601). */
export function isoWeekday(day: DayNumber): number {
  // 1970-01-01 was a Thursday.
  return ((((day + 3) % 7) + 7) % 7) + 1
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export function weekdayName(day: DayNumber): string {
  return weekdays[isoWeekday(day) - 1] ?? ''
}

/** The same day so many months on; the last day of that month if it has no such day: 2026-01-31 + 1 is 2026-02-28. */
export function addMonths(day: DayNumber, months: number): DayNumber {
  const date = new Date(day * msPerDay)
  const dayOfMonth = date.getUTCDate()
  const daysInTarget = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate()
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, Math.min(dayOfMonth, daysInTarget)) / msPerDay
}

/** Week number and the year it belongs to, by ISO 8601: a week belongs to the year its Thursday lies in. */
export function isoWeek(day: DayNumber): { year: number; week: number } {
  const thursday = day - isoWeekday(day) + 4
  const year = new Date(thursday * msPerDay).getUTCFullYear()
  return { year, week: Math.floor((thursday - Date.UTC(year, 0, 1) / msPerDay) / 7) + 1 }
}

export function dayOfYear(day: DayNumber): number {
  return day - Date.UTC(new Date(day * msPerDay).getUTCFullYear(), 0, 1) / msPerDay + 1
}

/** The date on the calendar in a time zone, at a moment given in milliseconds. */
export function dateIn(timeZone: string, now: number): DayNumber {
  return parseDate(new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now))
}
