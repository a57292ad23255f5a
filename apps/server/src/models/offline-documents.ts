import { detectDelimiter } from '../tools/csv-rows.ts'

/**
 * The table in a message: lines that follow each other and have equally many fields. Two are enough if the message calls it a
 * table.
 */
export function findCsv(text: string): object | undefined {
  const lines = text.split(/\r?\n/)
  let best: string[] = []
  for (let first = 0; first < lines.length;) {
    const run = tableFrom(lines, first)
    if (run.length > best.length) best = run
    first += Math.max(run.length, 1)
  }
  const enough = /\b(?:csv|table|columns?|rows?)\b/i.test(text) ? 2 : 3
  return best.length >= enough ? { csv: best.join('\n') } : undefined
}

function tableFrom(lines: readonly string[], first: number): string[] {
  const header = lines[first] ?? ''
  const delimiter = detectDelimiter(header)
  const fields = header.split(delimiter).length
  if (fields < 2) return []
  let end = first + 1
  while (end < lines.length && lines[end]?.split(delimiter).length === fields) end++
  return lines.slice(first, end)
}

/** "Schedule design 3 days, build 5 days, starting 2026-03-02" */
export function findSchedule(text: string): object | undefined {
  const asked = /\b(?:schedule|plan)\b:?/i.exec(text)
  if (!asked) return undefined
  const tasks = text
    .slice(asked.index + asked[0].length)
    .split(/[,;\n]|\band\b|\bthen\b/i)
    .flatMap((part) => {
      const found = /^\s*([\p{L}][^\d:=(]{0,80}?)[\s:=(-]+(\d{1,4})\s*(?:(?:business|working)\s*)?days?\b/iu.exec(
        part.slice(0, 200),
      )
      return found ? [{ name: found[1], days: Number(found[2]) }] : []
    })
  const start = /\b(?:from|start(?:s|ing)?|beginning|on)\s+(?:from\s+|on\s+)?(\d{4}-\d{2}-\d{2}|today)\b/i.exec(text)?.[1]
  return tasks.length > 0 ? { start: start?.toLowerCase() ?? 'today', tasks } : undefined
}

/** `calculator {"expression": "1 + 1"}`: any tool by its name, with the input as JSON. */
export function findNamedCall(text: string, tool: string): object | undefined {
  const name = text.indexOf(tool)
  const open = text.indexOf('{', name)
  const close = text.lastIndexOf('}')
  if (name < 0 || open < 0 || close < open || !/^[\s:(`]*$/.test(text.slice(name + tool.length, open))) return undefined
  try {
    return JSON.parse(text.slice(open, close + 1)) as object
  } catch {
    return undefined
  }
}
