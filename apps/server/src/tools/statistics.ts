import { tool } from 'ai'
import { z } from 'zod'
import { summarizeNumbers } from './number-summary.ts'
import type { ServerTool } from './server-tool.ts'

export function statistics(): ServerTool {
  return tool({
    description:
      'Describes a list of numbers: count, sum, mean, median, smallest, largest, quartiles and sample standard deviation.',
    inputSchema: z.object({ numbers: z.array(z.number()).min(1).max(10_000) }),
    execute({ numbers }) {
      const result = summarizeNumbers(numbers)
      const { count, sum, mean, median, min, max, standardDeviation } = result
      const spread = standardDeviation === null ? '' : `, standard deviation ${standardDeviation}`
      const values = count === 1 ? '1 value' : `${count} values`
      const summary = `Of ${values}: mean ${mean}, median ${median}, sum ${sum}, smallest ${min}, largest ${max}${spread}.`
      return { ...result, summary }
    },
  })
}
