import { tool } from 'ai'
import { z } from 'zod'
import { countBusinessDays } from './business-days.ts'
import { formatDate } from './calendar-date.ts'
import { dateField, dateInputs, holidaysField } from './date-inputs.ts'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'

export function daysBetween(context: ToolContext, options: ToolOptions): ServerTool {
  const inputs = dateInputs(context, options)
  return tool({
    description: [
      'Counts the calendar days from one date to another, and the business days in that time.',
      'Business days are Monday to Friday without holidays; both dates are included.',
    ].join(' '),
    inputSchema: z.object({ from: dateField, to: dateField, holidays: holidaysField }),
    execute({ from, to, holidays }) {
      const start = inputs.day(from)
      const end = inputs.day(to)
      const days = end - start
      const businessDays = countBusinessDays(Math.min(start, end), Math.max(start, end), inputs.holidays(holidays))
      const dates = { from: formatDate(start), to: formatDate(end) }
      const counted = `${businessDays} business day${businessDays === 1 ? '' : 's'} counting both dates`
      const summary = `From ${dates.from} to ${dates.to}: ${days} calendar day${Math.abs(days) === 1 ? '' : 's'}; ${counted}.`
      return { ...dates, days, businessDays, summary }
    },
  })
}
