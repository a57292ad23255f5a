import { z } from 'zod'
import { RequestError } from './problem.ts'

/** What is wrong with a field. */
export interface Issue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** Names in a request are shown up to here: they may be as long as the request. */
const longestName = 100

/**
 * The value as the schema has it. Throws a {@link RequestError} naming the first field that is wrong. `within` is where in the
 * request the value lies.
 */
export function parseRequest<Schema extends z.ZodType>(schema: Schema, value: unknown, within = ''): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw invalidRequest(issueOf(result.error.issues[0]), within)
}

function issueOf(issue: z.core.$ZodIssue | undefined): Issue | undefined {
  if (issue?.code !== 'unrecognized_keys') return issue
  // zod names the object that has it.
  return { path: [...issue.path, issue.keys[0]?.slice(0, longestName) ?? ''], message: 'There is no such field.' }
}

/** A refusal that names the field. `within` is where the value lies whose issue it is. */
export function invalidRequest({ path, message }: Issue = { path: [], message: 'Invalid input' }, within = ''): RequestError {
  const inner = z.core.toDotPath(path)
  const where = within + (within !== '' && inner !== '' && !inner.startsWith('[') ? '.' : '') + inner
  const problem = { status: 400, code: 'invalid-request', message: `${where || 'The request'}: ${message}` }
  return new RequestError({ ...problem, ...(where !== '' && { path: where }) })
}
