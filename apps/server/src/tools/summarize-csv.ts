import { tool } from 'ai'
import { z } from 'zod'
import { summarizeCsv } from './csv-summary.ts'
import type { ColumnSummary } from './csv-summary.ts'
import type { ServerTool } from './server-tool.ts'

export function summarizeCsvTool(): ServerTool {
  return tool({
    description: [
      'Summarises CSV text column by column: type, empty fields, and statistics or the most frequent values.',
      'The first line names the columns; comma, semicolon, tab or | stand between fields.',
    ].join(' '),
    inputSchema: z.object({ csv: z.string().min(1).max(200_000).describe('the CSV text, first line included') }),
    execute({ csv }) {
      const result = summarizeCsv(csv)
      const rows = result.rows === 1 ? '1 row' : `${result.rows} rows`
      return { ...result, summary: `${rows}. ${result.columns.map(describe).join('; ')}.` }
    },
  })
}

function describe(column: ColumnSummary): string {
  const empty = column.empty > 0 ? `, ${column.empty} empty` : ''
  switch (column.type) {
    case 'number': {
      const { mean, median, min, max } = column.numbers
      return `${column.name}: mean ${mean}, median ${median}, from ${min} to ${max}${empty}`
    }
    case 'text': {
      const [first] = column.mostFrequent
      const times = first?.count === 1 ? 'once' : `${first?.count} times`
      return `${column.name}: ${column.distinct} different, most often ${JSON.stringify(first?.value)} (${times})${empty}`
    }
    case 'empty':
      return `${column.name}: all empty`
  }
}
