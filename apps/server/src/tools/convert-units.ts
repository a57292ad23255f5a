import { tool } from 'ai'
import { z } from 'zod'
import { significant } from './rounding.ts'
import type { ServerTool } from './server-tool.ts'
import { convert, unitSymbols } from './units.ts'

export function convertUnits(): ServerTool {
  return tool({
    description: [
      `Converts a value between units of the same quantity: ${unitSymbols.join(', ')}, or their English names.`,
      'Gallons, pints and cups are those of the US.',
    ].join(' '),
    inputSchema: z.object({
      value: z.number(),
      from: z.string().min(1).max(40).describe('unit of the value: km'),
      to: z.string().min(1).max(40).describe('unit wanted: miles'),
    }),
    execute({ value, from, to }) {
      const converted = convert(value, from, to)
      // 12 digits: the factors themselves are exact or rounded beyond that.
      const result = significant(converted.value, 12)
      const summary = `${value} ${converted.from.symbol} = ${result} ${converted.to.symbol}`
      return { value, from: converted.from.symbol, result, to: converted.to.symbol, summary }
    },
  })
}
