import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addBusinessDays, countBusinessDays, isBusinessDay, nextBusinessDay } from './business-days.ts'
import { addMonths, dateIn, dayOfYear, formatDate, isoWeek, parseDate, weekdayName } from './calendar-date.ts'

const anyDay = fc.integer({ min: parseDate('1900-01-01'), max: parseDate('2200-12-31') })
const off = new Set(['2026-04-03', '2026-04-06'].map(parseDate))

describe('a calendar date', () => {
  it('is read only if it exists', () => {
    for (const text of ['2026-02-30', '2026-2-3', '26-02-03', '2026-13-01', '0999-01-01', '2026-02-28T00:00', 'today', '']) {
      expect(() => parseDate(text)).toThrow(`${JSON.stringify(text)} is not a date`)
    }
    expect(formatDate(parseDate('2024-02-29'))).toBe('2024-02-29')
  })

  it('reads back as it was written', () => {
    fc.assert(fc.property(anyDay, (day) => parseDate(formatDate(day)) === day))
  })

  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-12-15', 2, '2027-02-15'],
  ])('%s and %d months is %s', (from, months, to) => {
    expect(formatDate(addMonths(parseDate(from), months))).toBe(to)
  })

  it('knows its weekday, ISO week and place in the year', () => {
    expect(weekdayName(parseDate('2026-12-24'))).toBe('Thursday')
    expect(weekdayName(parseDate('1969-12-31'))).toBe('Wednesday')
    expect(isoWeek(parseDate('2027-01-01'))).toEqual({ year: 2026, week: 53 })
    expect(isoWeek(parseDate('2024-12-30'))).toEqual({ year: 2025, week: 1 })
    expect(dayOfYear(parseDate('2024-12-31'))).toBe(366)
  })

  it('depends on where one is', () => {
    const now = Date.parse('2026-03-01T23:30:00Z')
    expect(formatDate(dateIn('America/Los_Angeles', now))).toBe('2026-03-01')
    expect(formatDate(dateIn('Asia/Tokyo', now))).toBe('2026-03-02')
  })
})

describe('business days', () => {
  it('leave out weekends and holidays', () => {
    expect(countBusinessDays(parseDate('2026-04-01'), parseDate('2026-04-08'), new Set())).toBe(6)
    expect(countBusinessDays(parseDate('2026-04-01'), parseDate('2026-04-08'), off)).toBe(4)
    expect(formatDate(addBusinessDays(parseDate('2026-04-02'), 1, off))).toBe('2026-04-07')
    expect(formatDate(addBusinessDays(parseDate('2026-04-07'), -1, off))).toBe('2026-04-02')
    expect(formatDate(nextBusinessDay(parseDate('2026-04-04'), off))).toBe('2026-04-07')
  })

  it('are counted as if day by day', () => {
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: -3, max: 60 }),
        fc.array(fc.integer({ min: -5, max: 65 })),
        (first, length, holidays) => {
          const set = new Set(holidays.map((offset) => first + offset))
          const days = Array.from({ length: Math.max(length + 1, 0) }, (_, index) => first + index)
          expect(countBusinessDays(first, first + length, set)).toBe(days.filter((day) => isBusinessDay(day, set)).length)
        },
      ),
    )
  })
})
