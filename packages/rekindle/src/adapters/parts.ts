/** Something that is open as long as the agent it belongs to. */
export type Part = AsyncDisposable | Disposable

export function isPart(value: object): value is Part {
  const { [Symbol.asyncDispose]: disposeAsync, [Symbol.dispose]: dispose } = value as Partial<AsyncDisposable & Disposable>
  return typeof disposeAsync === 'function' || typeof dispose === 'function'
}

/** Closes all of them, whichever fail; then rejects if any did. */
export async function closeParts(parts: readonly Part[]): Promise<void> {
  const results = await Promise.allSettled(
    parts.map(async (part) => (Symbol.asyncDispose in part ? part[Symbol.asyncDispose]() : part[Symbol.dispose]())),
  )
  const errors = results.filter((result) => result.status === 'rejected').map((result): unknown => result.reason)
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} parts of an agent could not be closed.`)
}
