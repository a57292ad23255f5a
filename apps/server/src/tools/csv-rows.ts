const delimiters = [',', ';', '\t', '|']

/** The delimiter that occurs most often in the first line, outside quotes; a comma if none does. */
export function detectDelimiter(text: string): string {
  const line = (/^[^\r\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '')
  const counts = delimiters.map((delimiter) => line.split(delimiter).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

/**
 * The fields of CSV text, line by line, as RFC 4180 has it: a field in quotes may hold delimiters, line breaks and doubled
 * quotes. Blank lines are left out. Throws a `SyntaxError` naming the line of a quote that is never closed.
 */
export function parseCsv(text: string, delimiter: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let line = 1
  let quotedSince: number | undefined

  const endField = (): void => {
    row.push(field)
    field = ''
  }
  const endRow = (): void => {
    endField()
    if (row.length > 1 || row[0]?.trim()) rows.push(row)
    row = []
  }

  for (let index = text.charCodeAt(0) === 0xfeff ? 1 : 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '\n') line++
    if (quotedSince !== undefined) {
      if (character !== '"') field += character
      else if (text.charAt(index + 1) === '"') field += text.charAt(++index)
      else quotedSince = undefined
    } else if (character === '"' && field === '') quotedSince = line
    else if (character === delimiter) endField()
    else if (character === '\n') endRow()
    else if (character !== '\r') field += character
  }
  if (quotedSince !== undefined) throw new SyntaxError(`The quote opened in line ${quotedSince} of the CSV text is never closed.`)
  endRow()
  return rows
}
