import { tool } from 'ai'
import { z } from 'zod'
import { functions } from './expression-names.ts'
import { evaluate } from './expression.ts'
import { significant } from './rounding.ts'
import type { ServerTool } from './server-tool.ts'

export function calculator(): ServerTool {
  return tool({
    description: [
      'Computes an arithmetic expression exactly as written: + - * / ^ % (remainder), parentheses, pi, e,',
      `and the functions ${[...functions.keys()].join(', ')}. Angles are in radians. No thousands separators.`,
    ].join(' '),
    inputSchema: z.object({
      expression: z.string().min(1).describe('for example: (12.5 + 7) * 3^2, sqrt(2) / 2, 15/100 * 80'),
    }),
    execute({ expression }) {
      const result = significant(evaluate(expression))
      return { expression, result, summary: `${expression.trim()} = ${result}` }
    },
  })
}
