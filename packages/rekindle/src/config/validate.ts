import type { ConfigIssue } from '../errors.ts'
import { stepTo } from './json-path.ts'
import type { SchemaIssue, StandardSchema } from './standard-schema.ts'

export type Validated<Config> =
  | { readonly config: Config; readonly issues?: undefined }
  | { readonly issues: readonly ConfigIssue[] }

/** The schema's output for `value`, or what it found wrong. Without a schema any value passes. */
export async function validate<Config>(schema: StandardSchema<Config> | undefined, value: unknown): Promise<Validated<Config>> {
  if (schema === undefined) return { config: value as Config }
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return { config: result.value }
  return { issues: result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message })) }
}

function pathOf({ path = [] }: SchemaIssue): string {
  return path.reduce<string>((sofar, step) => sofar + stepTo(typeof step === 'object' ? step.key : step), '$')
}
