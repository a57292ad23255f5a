import { tool } from 'ai'
import { z } from 'zod'
import { addBusinessDays, nextBusinessDay } from './business-days.ts'
import { formatDate } from './calendar-date.ts'
import { dateField, dateInputs, holidaysField } from './date-inputs.ts'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'

export function schedule(context: ToolContext, options: ToolOptions): ServerTool {
  const inputs = dateInputs(context, options)
  return tool({
    description:
      'Lays tasks one after the other from a start date, in business days, and tells on which dates each begins and ends.',
    inputSchema: z.object({
      start: dateField,
      tasks: z
        .array(z.object({ name: z.string().min(1).max(200), days: z.int().min(1).max(1000).describe('business days it takes') }))
        .min(1)
        .max(100),
      holidays: holidaysField,
    }),
    execute({ start, tasks, holidays }) {
      const off = inputs.holidays(holidays)
      let free = inputs.day(start)
      const planned = tasks.map(({ name, days }) => {
        const first = nextBusinessDay(free, off)
        const last = addBusinessDays(first, days - 1, off)
        free = last + 1
        return { name, days, start: formatDate(first), end: formatDate(last) }
      })
      const end = formatDate(free - 1)
      const steps = planned.map((task) => `${task.name} ${task.start}${task.days > 1 ? ` to ${task.end}` : ''}`)
      return { tasks: planned, end, summary: `${steps.join('; ')}. All done on ${end}.` }
    },
  })
}
