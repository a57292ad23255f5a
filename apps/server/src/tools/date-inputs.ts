import { z } from 'zod'
import type { Holidays } from './business-days.ts'
import { dateIn, parseDate } from './calendar-date.ts'
import type { DayNumber } from './calendar-date.ts'
import type { ToolContext, ToolOptions } from './server-tool.ts'
import { findTimeZone } from './time-zone.ts'

export const dateField: z.ZodString = z.string().max(20).describe('YYYY-MM-DD, or "today"')

export const holidaysField: z.ZodOptional<z.ZodArray<z.ZodString>> = z
  .array(z.string().max(20))
  .max(500)
  .optional()
  .describe('days off beside Saturdays and Sundays, as YYYY-MM-DD')

/** How date tools read what they are given. */
export interface DateInputs {
  day(text: string): DayNumber
  holidays(given: readonly string[] | undefined): Holidays
}

/** Options: `timeZone`, in which it is "today" (default UTC); `holidays`, dates off for every call. */
export function dateInputs({ now }: ToolContext, options: ToolOptions): DateInputs {
  const timeZone = (typeof options.timeZone === 'string' && findTimeZone(options.timeZone)) || 'UTC'
  const usual = Array.isArray(options.holidays) ? options.holidays.map(String) : []
  return {
    day: (text) => (text.trim().toLowerCase() === 'today' ? dateIn(timeZone, now()) : parseDate(text.trim())),
    holidays: (given) => new Set([...usual, ...(given ?? [])].map(parseDate)),
  }
}
