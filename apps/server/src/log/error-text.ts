/** An error in one line, for people. Several attempts at one connection come as an aggregate without a message of its own. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.message !== '') return error.message
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(errorText).join('; ')
  return 'code' in error ? String(error.code) : error.name
}
