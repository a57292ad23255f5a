import { asSchema } from 'ai'
import { describe, expect, it } from 'vitest'
import type { ToolOptions } from './server-tool.ts'
import { findTimeZone } from './time-zone.ts'
import { toolDescriptions } from './tool-descriptions.ts'
import { createTools } from './tool-registry.ts'

const tools = createTools({ now: () => Date.parse('2026-03-01T23:30:00Z') })

/** Calls a tool as the AI SDK does: the input is checked against its schema first. */
async function call(name: string, input: unknown, options: ToolOptions = {}): Promise<unknown> {
  const entry = tools[name]
  const made = typeof entry === 'function' ? entry(options) : entry
  if (!made?.execute) throw new Error(`There is no tool ${name}.`)
  const checked = await asSchema(made.inputSchema).validate?.(input)
  if (checked?.success === false) throw checked.error
  return made.execute(checked?.value ?? input, { toolCallId: 'call', messages: [], context: undefined })
}

describe('the tools', () => {
  it.each<[string, unknown, string]>([
    ['calculator', { expression: '0.1 + 0.2' }, '0.1 + 0.2 = 0.3'],
    ['current_time', { timeZone: 'Tokyo' }, 'In Asia/Tokyo it is 08:30 on Monday, 2026-03-02 (UTC+09:00).'],
    ['current_time', {}, 'In UTC it is 23:30 on Sunday, 2026-03-01 (UTC+00:00).'],
    ['convert_units', { value: 10, from: 'km', to: 'miles' }, '10 km = 6.21371192237 mi'],
    ['statistics', { numbers: [4] }, 'Of 1 value: mean 4, median 4, sum 4, smallest 4, largest 4.'],
    [
      'summarize_csv',
      { csv: 'a,b\n1,x\n2,' },
      '2 rows. a: mean 1.5, median 1.5, from 1 to 2; b: 1 different, most often "x" (once), 1 empty.',
    ],
    ['add_to_date', { date: '2026-03-01', amount: 10, unit: 'days' }, '10 days after 2026-03-01 is Wednesday, 2026-03-11.'],
    [
      'add_to_date',
      { date: 'today', amount: -1, unit: 'business days' },
      '1 business day before 2026-03-01 is Friday, 2026-02-27.',
    ],
    ['weekday', { date: '2026-12-24' }, '2026-12-24 is a Thursday, in week 52 of 2026.'],
    [
      'days_between',
      { from: '2026-03-02', to: '2026-03-31' },
      'From 2026-03-02 to 2026-03-31: 29 calendar days; 22 business days counting both dates.',
    ],
    [
      'days_between',
      { from: '2026-03-03', to: '2026-03-02' },
      'From 2026-03-03 to 2026-03-02: -1 calendar day; 2 business days counting both dates.',
    ],
    [
      'schedule',
      {
        start: '2026-03-05',
        tasks: [
          { name: 'design', days: 3 },
          { name: 'build', days: 1 },
        ],
        holidays: ['2026-03-10'],
      },
      'design 2026-03-05 to 2026-03-09; build 2026-03-11. All done on 2026-03-11.',
    ],
  ])('%s with %o says: %s', async (name, input, summary) => {
    const result = await call(name, input)
    expect(result).toMatchObject({ summary })
    expect(JSON.parse(JSON.stringify(result))).toEqual(result)
  })

  it('keep to the options an agent has given them', async () => {
    expect(await call('current_time', {}, { timeZone: 'Asia/Tokyo' })).toMatchObject({ date: '2026-03-02' })
    expect(await call('weekday', { date: 'today' }, { timeZone: 'Asia/Tokyo' })).toMatchObject({ date: '2026-03-02' })
    const holidays = { from: '2026-04-01', to: '2026-04-03' }
    expect(await call('days_between', holidays, { holidays: ['2026-04-03'] })).toMatchObject({ businessDays: 2 })
  })

  it.each<[string, unknown, RegExp]>([
    ['calculator', { expression: '1 / 0' }, /Division by zero/],
    ['calculator', { expression: 12 }, /expression/],
    ['calculator', {}, /expression/],
    ['current_time', { timeZone: 'Atlantis' }, /No time zone is known as "Atlantis"/],
    ['convert_units', { value: '10', from: 'km', to: 'm' }, /value/],
    ['statistics', { numbers: [] }, /numbers/],
    ['statistics', { numbers: Array(10_001).fill(1) }, /numbers/],
    ['add_to_date', { date: '2026-02-30', amount: 1, unit: 'days' }, /"2026-02-30" is not a date/],
    ['add_to_date', { date: '9999-12-31', amount: 1, unit: 'days' }, /outside the years 1000 to 9999/],
    ['add_to_date', { date: '2026-01-01', amount: 1.5, unit: 'days' }, /amount/],
    ['schedule', { start: 'today', tasks: [] }, /tasks/],
  ])('%s refuses %o', async (name, input, message) => {
    await expect((async () => call(name, input))()).rejects.toThrow(message)
  })

  it('are described to people in one sentence each', () => {
    expect(Object.keys(toolDescriptions)).toEqual(Object.keys(tools))
    for (const text of Object.values(toolDescriptions)) expect(text).toMatch(/^[A-Z].{20,150}\.$/)
  })
})

describe('a time zone', () => {
  it.each([
    ['Tokyo', 'Asia/Tokyo'],
    ['new york', 'America/New_York'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['Kolkata', 'Asia/Kolkata'],
    ['Buenos Aires', 'America/Argentina/Buenos_Aires'],
    ['Munich', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['+05:30', '+05:30'],
  ])('%s is %s', (text, zone) => {
    expect([zone, zone.replace('Argentina/', '')]).toContain(findTimeZone(text))
  })

  it('is not found where there is none', () => {
    for (const text of ['', 'Atlantis', '__proto__', '../etc', 'x'.repeat(1000)]) expect(findTimeZone(text)).toBeUndefined()
  })
})
