/** An identifier as SQL text: any name, exactly as it is. */
export function quoteName(...path: string[]): string {
  return path.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}

/** A string literal as SQL text, whatever `standard_conforming_strings` says of backslashes. */
export function quoteText(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
  return text.includes('\\') ? `E${quoted}` : quoted
}
