import { describe, expect, test } from 'vitest'
import { escaped, svgChart } from './advise/svg-chart.ts'
import { terminalChart } from './advise/terminal-chart.ts'
import type { Chart } from './advise/chart.ts'
import { durationText, parseDuration } from './duration.ts'
import { bytesText, latencyText, numberText, shareText } from './figures.ts'
import { keyText, parseFields } from './key-argument.ts'
import { nearest } from './nearest.ts'
import { parseInfo } from './redis-server-link.ts'
import { shortNames } from './stats/stats-table.ts'
import { table } from './table.ts'
import { plain, printable } from './terminal.ts'

test.each([
  ['500ms', 500, '500ms'],
  ['90s', 90_000, '1m 30s'],
  ['1h30m', 5_400_000, '1h 30m'],
  ['7d', 604_800_000, '7d'],
  ['1.5h', 5_400_000, '1h 30m'],
  ['59m59.9s', 3_599_900, '1h'],
])('a time is read and written: %s', (text, ms, written) => {
  expect([parseDuration(text), durationText(ms)]).toEqual([ms, written])
  expect(parseDuration(written.replaceAll(' ', ''))).toBeDefined()
})

test.each(['', '5', 's', '-1s', '1 h', '1y', `${'9'.repeat(50)}s`])('and what is no time is not: %j', (text) => {
  expect(parseDuration(text)).toBeUndefined()
})

test('numbers are written for people, and nearly all is not all', () => {
  expect([numberText(1_234_567), numberText(9.96), numberText(0.25)]).toEqual(['1 234 567', '10', '0.3'])
  expect([shareText(1), shareText(0.99999), shareText(0.5), shareText(0)]).toEqual(['100 %', '99.999 %', '50.0 %', '0 %'])
  expect([latencyText(0.0005), latencyText(1.25), latencyText(2_500)]).toEqual(['0.5 µs', '1.3 ms', '2.5 s'])
  expect([bytesText(0), bytesText(1_536), bytesText(3 * 1_024 ** 3)]).toEqual(['0 B', '1.5 KB', '3 GB'])
})

test('what was meant is guessed only where it is near', () => {
  const names = ['doctor', 'stats', 'inspect']
  expect([nearest('doctr', names), nearest('stat', names), nearest('xyz', names)]).toEqual(['doctor', 'stats', undefined])
})

describe('a key', () => {
  test('in pairs may have commas and = in its values', () => {
    expect(parseFields('agentId=a, b,userId=x=y,reasoning=true')).toEqual({ agentId: 'a, b', userId: 'x=y', reasoning: true })
    expect(parseFields('reasoning=high')).toEqual({ reasoning: 'high' })
    expect(keyText({ agentId: 'a', reasoning: false })).toBe('agentId=a reasoning=false')
  })

  test('as JSON may have anything', () => {
    expect(parseFields('{"agentId":"a,userId=b","reasoning":"true"}')).toEqual({ agentId: 'a,userId=b', reasoning: 'true' })
  })
})

test('INFO is read by its lines, values with colons too', () => {
  expect([...parseInfo('# Server\r\nredis_version:7.0.15\r\nx:a:b\r\n\r\n')]).toEqual([
    ['redis_version', '7.0.15'],
    ['x', 'a:b'],
  ])
})

test('what would move the cursor or turn the writing is shown, not done', () => {
  expect(printable('a\u001B[2Jb\n\u0085\u202Ec')).toBe(String.raw`a\x1b[2Jb\x0a\x85\u202ec`)
})

test('workers are named shortly, unless that would be two', () => {
  const names = ['h:1:aaaaaaaaaaaa:11111111', 'h:2:aaaaaaaaaaaa:11111111', 'h:2:aaaaaaaaaaaa:22222222', 'odd']
  expect([...shortNames(names).values()]).toEqual(['h:1', names[1], names[2], 'odd'])
})

test('a table has the columns for which there is room, and cuts the first when there is none', () => {
  const columns = [{ head: 'name' }, { head: 'count', align: 'right' as const }, { head: 'more', dispensable: 1 }]
  const rows = [['a long name\u0007', '5', 'much more']]
  expect(table(columns, rows, 80, plain)).toEqual(['name             count  more', String.raw`a long name\x07      5  much more`])
  expect(table(columns, rows, 23, plain)).toEqual(['name             count', String.raw`a long name\x07      5`])
  expect(table(columns, rows, 17, plain)).toEqual(['name        count', 'a long na…      5'])
})

describe('a chart', () => {
  const chart: Chart = {
    title: '<b>"&',
    series: [
      {
        name: 'up',
        points: [
          [1, 0.5],
          [10, 0.75],
          [100, 1],
        ],
      },
    ],
    marks: [{ x: 10, name: 'now' }],
    xText: (x) => `${x}s`,
  }

  test('in a terminal has its line, its axes and its mark where they belong', () => {
    const lines = terminalChart(chart, 48, 5, plain)
    expect(lines[1]).toMatch(/^ 100 % /)
    expect(lines[5]).toMatch(/^40\.0 %|^40 %|^ +40 % /)
    expect(lines[6]!.slice(7)).toMatch(/^1s +10s +100s$/)
    // In the middle of a logarithmic axis.
    expect(lines[7]!.indexOf('▲') - 7).toBe(20)
    // From the left bottom to the right top.
    expect(lines[1]!.trimEnd().length).toBeGreaterThan(lines[4]!.trimEnd().length - 1)
  })

  test('as SVG has its texts escaped', () => {
    const svg = svgChart(chart)
    expect(svg).toContain('&#60;b&#62;&#34;&#38;')
    expect(svg).not.toContain('<b>')
    expect(escaped(`'`)).toBe('&#39;')
  })
})
