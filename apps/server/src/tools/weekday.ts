import { tool } from 'ai'
import { z } from 'zod'
import { dayOfYear, formatDate, isoWeek, weekdayName } from './calendar-date.ts'
import { dateField, dateInputs } from './date-inputs.ts'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'

export function weekdayOf(context: ToolContext, options: ToolOptions): ServerTool {
  const inputs = dateInputs(context, options)
  return tool({
    description: 'Tells which day of the week a date is, with its ISO week and its number in the year.',
    inputSchema: z.object({ date: dateField }),
    execute({ date }) {
      const day = inputs.day(date)
      const { year, week } = isoWeek(day)
      const weekday = weekdayName(day)
      const summary = `${formatDate(day)} is a ${weekday}, in week ${week} of ${year}.`
      return { date: formatDate(day), weekday, isoWeek: week, isoWeekYear: year, dayOfYear: dayOfYear(day), summary }
    },
  })
}
