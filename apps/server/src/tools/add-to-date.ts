import { tool } from 'ai'
import { z } from 'zod'
import { addBusinessDays } from './business-days.ts'
import { addMonths, formatDate, weekdayName } from './calendar-date.ts'
import { dateField, dateInputs, holidaysField } from './date-inputs.ts'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'

export function addToDate(context: ToolContext, options: ToolOptions): ServerTool {
  const inputs = dateInputs(context, options)
  return tool({
    description:
      'Finds the date so many days, business days, weeks, months or years after a date, or before it (negative amount).',
    inputSchema: z.object({
      date: dateField,
      amount: z.int().min(-100_000).max(100_000),
      unit: z.enum(['days', 'business days', 'weeks', 'months', 'years']),
      holidays: holidaysField,
    }),
    execute({ date, amount, unit, holidays }) {
      const start = inputs.day(date)
      const day = (() => {
        switch (unit) {
          case 'days':
            return start + amount
          case 'weeks':
            return start + amount * 7
          case 'months':
            return addMonths(start, amount)
          case 'years':
            return addMonths(start, amount * 12)
          case 'business days':
            return addBusinessDays(start, amount, inputs.holidays(holidays))
        }
      })()
      const from = formatDate(start)
      const result = formatDate(day)
      const weekday = weekdayName(day)
      const distance = `${Math.abs(amount)} ${Math.abs(amount) === 1 ? unit.slice(0, -1) : unit}`
      return {
        from,
        amount,
        unit,
        date: result,
        weekday,
        summary: `${distance} ${amount < 0 ? 'before' : 'after'} ${from} is ${weekday}, ${result}.`,
      }
    },
  })
}
