import { isoWeekday } from './calendar-date.ts'
import type { DayNumber } from './calendar-date.ts'

/** Days off beside Saturdays and Sundays. */
export type Holidays = ReadonlySet<DayNumber>

export function isBusinessDay(day: DayNumber, holidays: Holidays): boolean {
  return isoWeekday(day) <= 5 && !holidays.has(day)
}

/** Business days from `first` up to and including `last`. Takes no longer for a thousand years than for a week. */
export function countBusinessDays(first: DayNumber, last: DayNumber, holidays: Holidays): number {
  if (last < first) return 0
  const days = last - first + 1
  let count = Math.floor(days / 7) * 5
  for (let day = last - (days % 7) + 1; day <= last; day++) if (isoWeekday(day) <= 5) count++
  for (const day of holidays) if (day >= first && day <= last && isoWeekday(day) <= 5) count--
  return count
}

/** The day that lies so many business days after `day` (before it, if negative). 0 is `day` itself, business day or not. */
export function addBusinessDays(day: DayNumber, amount: number, holidays: Holidays): DayNumber {
  const step = Math.sign(amount)
  let current = day
  for (let left = Math.abs(amount); left > 0;) {
    current += step
    if (isBusinessDay(current, holidays)) left--
  }
  return current
}

/** `day` if it is a business day, else the first after it. */
export function nextBusinessDay(day: DayNumber, holidays: Holidays): DayNumber {
  let current = day
  while (!isBusinessDay(current, holidays)) current++
  return current
}
