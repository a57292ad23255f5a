import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv } from './csv-rows.ts'
import { summarizeCsv } from './csv-summary.ts'

describe('CSV text', () => {
  it('may hold delimiters, line breaks and quotes in quotes', () => {
    expect(parseCsv('\ufeffa,b\r\n"1,5","say ""hi""\nthere"\n\n,\n', ',')).toEqual([
      ['a', 'b'],
      ['1,5', 'say "hi"\nthere'],
      ['', ''],
    ])
  })

  it('reads back whatever was quoted', () => {
    const rows = fc.array(fc.array(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(rows, (table) => {
        const text = table.map((row) => row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')).join('\n')
        expect(parseCsv(text, ',')).toEqual(table)
      }),
    )
  })

  it('is summarised column by column', () => {
    expect(summarizeCsv('city;amount;note\nParis;3;\nRome;5;\nParis;-8.5;\nParis;;')).toEqual({
      rows: 4,
      columns: [
        {
          name: 'city',
          empty: 0,
          type: 'text',
          distinct: 2,
          mostFrequent: [
            { value: 'Paris', count: 3 },
            { value: 'Rome', count: 1 },
          ],
        },
        {
          name: 'amount',
          empty: 1,
          type: 'number',
          numbers: expect.objectContaining({ count: 3, sum: -0.5, min: -8.5, max: 5 }) as object,
        },
        { name: 'note', empty: 4, type: 'empty' },
      ],
    })
  })

  it.each([
    ['', 'needs a line of column names and at least one line of values'],
    ['a,b', 'needs a line of column names and at least one line of values'],
    ['a,b\n1,2,3', 'Row 1 has 3 fields, but there are 2 column names.'],
    ['a,b\n1,"2', 'The quote opened in line 2 of the CSV text is never closed.'],
    [`${'a,'.repeat(100)}a\n1`, 'The CSV text has 101 columns; at most 100 are summarised.'],
  ])('%j is refused', (text, message) => {
    expect(() => summarizeCsv(text)).toThrow(message)
  })
})
