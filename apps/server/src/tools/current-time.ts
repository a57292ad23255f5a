import { tool } from 'ai'
import { z } from 'zod'
import type { ServerTool, ToolContext, ToolOptions } from './server-tool.ts'
import { findTimeZone } from './time-zone.ts'

/** Option `timeZone`: the zone meant when the model names none. Default UTC. */
export function currentTime({ now }: ToolContext, options: ToolOptions): ServerTool {
  const zoneByDefault = typeof options.timeZone === 'string' ? options.timeZone : 'UTC'
  return tool({
    description: `Tells the current date and time in a time zone. Without one: ${zoneByDefault}.`,
    inputSchema: z.object({
      timeZone: z.string().min(1).max(60).optional().describe('IANA name or city: Europe/Berlin, Tokyo, UTC'),
    }),
    execute({ timeZone }) {
      return describeTime(now(), timeZone ?? zoneByDefault)
    },
  })
}

function describeTime(now: number, place: string) {
  const timeZone = findTimeZone(place)
  if (!timeZone)
    throw new RangeError(`No time zone is known as ${JSON.stringify(place)}. Give an IANA name such as America/Lima.`)
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`
  const time = `${parts.get('hour')}:${parts.get('minute')}:${parts.get('second')}`
  const weekday = parts.get('weekday') ?? ''
  const utcOffset = parts.get('timeZoneName')?.replace('GMT', '') || '+00:00'
  const summary = `In ${timeZone} it is ${time.slice(0, 5)} on ${weekday}, ${date} (UTC${utcOffset}).`
  return { timeZone, date, time, weekday, utcOffset, summary }
}
