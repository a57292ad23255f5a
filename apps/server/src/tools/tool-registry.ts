import { addToDate } from './add-to-date.ts'
import { calculator } from './calculator.ts'
import { convertUnits } from './convert-units.ts'
import { currentTime } from './current-time.ts'
import { daysBetween } from './days-between.ts'
import { schedule } from './schedule.ts'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'
import { statistics } from './statistics.ts'
import { summarizeCsvTool } from './summarize-csv.ts'
import { weekdayOf } from './weekday.ts'

/** Makes the tool as one agent has it set up. */
export type ToolFactory = (options: ToolOptions) => ServerTool

/**
 * Every tool an agent may name. Those without options are made once and shared by all agents; the others are made per agent.
 * What people are told of each is in tool-descriptions.ts.
 */
export function createTools(context: ToolContext): Record<string, ServerTool | ToolFactory> {
  return {
    calculator: calculator(),
    current_time: (options) => currentTime(context, options),
    convert_units: convertUnits(),
    statistics: statistics(),
    summarize_csv: summarizeCsvTool(),
    add_to_date: (options) => addToDate(context, options),
    weekday: (options) => weekdayOf(context, options),
    days_between: (options) => daysBetween(context, options),
    schedule: (options) => schedule(context, options),
  }
}
