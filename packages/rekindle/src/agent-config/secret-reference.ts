import { inspect } from 'node:util'
import { UnresolvedSecretError } from '../errors.ts'
import type { JsonValue } from './json-value.ts'

/** Stands in a config for a secret, which is put in its place only when the agent is made. */
export type SecretReference = { readonly $secret: string }

/** Gives the secret of a name. Called whenever an agent is made, so what is slow to get should be kept. */
export type ResolveSecret = (name: string) => string | Promise<string>

/** True if `value` is meant as a reference, well written or not: anything with a `$secret` of its own. */
function isMarked(value: object): boolean {
  return Object.hasOwn(value, '$secret')
}

/** Whether `value` is a well-written reference to a secret. */
export function isSecretReference(value: unknown): value is SecretReference {
  if (typeof value !== 'object' || value === null || !isMarked(value) || Object.keys(value).length !== 1) return false
  const name = (value as { $secret: unknown }).$secret
  return typeof name === 'string' && name !== ''
}

/**
 * A copy of `value` with the secrets in the place of their references; `value` itself if it has none. `path` says where in the
 * config it stands. Throws {@link UnresolvedSecretError} for a reference that is badly written, or to which `resolve` gives
 * anything but a string; what `resolve` throws passes through unchanged.
 */
export async function resolveSecrets<Value extends JsonValue>(
  value: Value,
  path: string,
  resolve: ResolveSecret | undefined,
): Promise<Value> {
  return refersToSecrets(value) ? ((await copy(value, path, resolve)) as Value) : value
}

function refersToSecrets(value: JsonValue | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  return isMarked(value) || Object.values(value).some(refersToSecrets)
}

async function copy(value: JsonValue, path: string, resolve: ResolveSecret | undefined): Promise<JsonValue> {
  if (typeof value !== 'object' || value === null) return value
  if (isMarked(value)) return secretOf(value, path, resolve)
  if (Array.isArray(value)) return Promise.all(value.map((item, index) => copy(item, `${path}[${index}]`, resolve)))
  const copies = Object.entries(value).map(async ([name, item]) => [name, await copy(item, `${path}.${name}`, resolve)] as const)
  return Object.fromEntries(await Promise.all(copies))
}

async function secretOf(value: object, path: string, resolve: ResolveSecret | undefined): Promise<string> {
  if (!isSecretReference(value)) {
    throw new UnresolvedSecretError(path, 'a reference to a secret is written { "$secret": "NAME" }, and holds nothing else.')
  }
  const name = inspect(value.$secret)
  if (resolve === undefined) {
    throw new UnresolvedSecretError(
      path,
      `the config refers to the secret ${name}. Give resolveSecret, which turns names into secrets.`,
    )
  }
  const secret: unknown = await resolve(value.$secret)
  if (typeof secret === 'string') return secret
  // Only its type: what came back may be the secret in another form.
  throw new UnresolvedSecretError(
    path,
    `resolveSecret must give a string for ${name}; it gave ${secret === null ? 'null' : typeof secret}.`,
  )
}
