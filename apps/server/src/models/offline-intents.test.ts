import { describe, expect, it } from 'vitest'
import { planTurn } from './offline-turn.ts'

const all = [
  'calculator',
  'current_time',
  'convert_units',
  'statistics',
  'summarize_csv',
  'add_to_date',
  'weekday',
  'days_between',
  'schedule',
]

function calls(text: string, tools: readonly string[] = all, instructions = 'You help.') {
  const turn = planTurn({
    prompt: [
      { role: 'system', content: instructions },
      { role: 'user', content: [{ type: 'text', text }] },
    ],
    tools: tools.map((name) => ({ type: 'function', name, inputSchema: {} })),
  })
  return turn.kind === 'calls' ? turn.calls.map(({ tool, input }) => [tool, input]) : []
}

describe('the offline model', () => {
  it.each<[string, string, object]>([
    ['what is 12*7?', 'calculator', { expression: '12*7' }],
    ['What is 15% of 80?', 'calculator', { expression: '15/100* 80' }],
    ['12 times 7 plus 3', 'calculator', { expression: '12 * 7 + 3' }],
    ['Calculate (1,200 + 3.5) ÷ 2.', 'calculator', { expression: '(1200 + 3.5) / 2' }],
    ['square root of 16 + 1', 'calculator', { expression: 'sqrt(16) + 1' }],
    ['What is 5 squared minus 1?', 'calculator', { expression: '5^2 - 1' }],
    ['max(3, 9) please', 'calculator', { expression: 'max(3, 9)' }],
    ['How much is 2 x 3?', 'calculator', { expression: '2*3' }],
    ['what is 1/0', 'calculator', { expression: '1/0' }],
    ['what time is it in Tokyo?', 'current_time', { timeZone: 'Tokyo' }],
    ['What time is it right now in New York please?', 'current_time', { timeZone: 'New York' }],
    ["What's the time in America/Sao_Paulo", 'current_time', { timeZone: 'America/Sao_Paulo' }],
    ['What time is it in Atlantis?', 'current_time', { timeZone: 'Atlantis' }],
    ['What time is it?', 'current_time', {}],
    ['What date is today?', 'current_time', {}],
    ['convert 10 km to miles', 'convert_units', { value: 10, from: 'km', to: 'miles' }],
    ['How many feet are there in 2.5 metres?', 'convert_units', { value: 2.5, from: 'metres', to: 'feet' }],
    ['what is -40 °C in Fahrenheit please', 'convert_units', { value: -40, from: '°C', to: 'Fahrenheit' }],
    ['60 miles per hour in km/h', 'convert_units', { value: 60, from: 'miles per hour', to: 'km/h' }],
    ['mean of 3, 5, 8', 'statistics', { numbers: [3, 5, 8] }],
    ['Give me the standard deviation of -1.5, 2 and 1e3.', 'statistics', { numbers: [-1.5, 2, 1000] }],
    ['what date is 10 days after 2026-03-01', 'add_to_date', { date: '2026-03-01', amount: 10, unit: 'days' }],
    ['Which date is a month before 2026-03-31?', 'add_to_date', { date: '2026-03-31', amount: -1, unit: 'months' }],
    ['2026-03-01 + 5 working days', 'add_to_date', { date: '2026-03-01', amount: 5, unit: 'business days' }],
    ['Add 2 weeks to 2026-03-01', 'add_to_date', { date: '2026-03-01', amount: 2, unit: 'weeks' }],
    ['What day was it 3 years ago?', 'add_to_date', { date: 'today', amount: -3, unit: 'years' }],
    ['What date is it in 10 days?', 'add_to_date', { date: 'today', amount: 10, unit: 'days' }],
    ['Which weekday is 2026-12-24?', 'weekday', { date: '2026-12-24' }],
    ['What day is today?', 'weekday', { date: 'today' }],
    ['How many business days are between 2026-03-02 and 2026-03-31?', 'days_between', { from: '2026-03-02', to: '2026-03-31' }],
    ['how many days until 2026-12-24', 'days_between', { from: 'today', to: '2026-12-24' }],
    [
      'Schedule design 3 days, build (5 days) and then test: 2 working days, starting on 2026-03-02.',
      'schedule',
      {
        start: '2026-03-02',
        tasks: [
          { name: 'design', days: 3 },
          { name: 'build', days: 5 },
          { name: 'test', days: 2 },
        ],
      },
    ],
    ['Summarise this table:\ncity,amount\nRome,3\nThanks, friend, bye', 'summarize_csv', { csv: 'city,amount\nRome,3' }],
    ['Please run calculator {"expression": "1 + 1"} for me', 'calculator', { expression: '1 + 1' }],
  ])('understands %j', (text, tool, input) => {
    expect(calls(text)).toEqual([[tool, input]])
  })

  it('calls several tools for several questions, at most five', () => {
    expect(calls('What is 12*7? And what time is it in Tokyo?')).toEqual([
      ['calculator', { expression: '12*7' }],
      ['current_time', { timeZone: 'Tokyo' }],
    ])
    expect(calls('what is 12*7 and what time is it in Tokyo')).toHaveLength(2)
    expect(calls('1+1;'.repeat(100))).toHaveLength(5)
  })

  it('calls only tools it was given', () => {
    expect(calls('what time is it in Tokyo?', ['calculator'])).toEqual([])
    expect(calls('what date is 10 days after 2026-03-01', ['calculator'])).toEqual([])
  })

  it('takes the time zone from what the agent knows of its user', () => {
    const instructions = `You help.\n\nThe user's time zone is Europe/Berlin: times and "today" refer to it.`
    expect(calls('What time is it?', all, instructions)).toEqual([['current_time', { timeZone: 'Europe/Berlin' }]])
  })

  it.each([
    'hello',
    '',
    'Tell me about 2026',
    'I have 3 cats and 2 dogs.',
    'Are you free on 2026-03-01?',
    'Call me on 555-',
    'In time, we will see',
    'calculator {broken',
    'calculator }{',
    'the plan is good',
    '{',
  ])('calls nothing for %j', (text) => {
    expect(calls(text)).toEqual([])
  })

  it('stays quick whatever it is sent', () => {
    const hostile = [
      '1+'.repeat(100_000),
      'a '.repeat(100_000),
      '10 km '.repeat(30_000),
      ' '.repeat(200_000),
      'time in '.repeat(30_000),
      'plan '.repeat(40_000),
      ',\n'.repeat(100_000),
    ]
    const started = performance.now()
    for (const text of hostile) calls(text)
    // Generous: what it guards against takes minutes.
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
