import type { SecretReference } from 'rekindle/agent-config'
import { z } from 'zod'
import { plainName, text } from '../resources/fields.ts'

/** What the database holds of how to reach an MCP server. Which program a name stands for is decided on the machine alone. */
export type ServerSetup =
  | { readonly local: string }
  | {
      readonly url: string
      readonly type?: 'http' | 'sse'
      readonly headers?: { readonly [name: string]: string | SecretReference }
    }

/** What is called like this is a secret, or soon will be. */
const secretName = /auth|token|secret|key|password|cookie|credential/i

const secretNames = /^[A-Z][A-Z0-9_]{0,99}$/
const secret = z.strictObject({ $secret: z.string().regex(secretNames, 'Names of secrets are written in capitals: CRM_TOKEN.') })
const headerName = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'This is no name of a header.')
const headerValue = z
  .string()
  .max(2_000)
  .regex(/^[\x20-\x7e]*$/, 'A header holds ASCII only.')

const url = text(1, 2_000)
  .regex(/^https?:\/\/./, 'This must be an http or https address.')
  .superRefine((address, context) => {
    if (!URL.canParse(address)) return context.addIssue('This is no address.')
    const { username, password, searchParams } = new URL(address)
    const telling = [...searchParams.keys()].some((name) => secretName.test(name))
    if (username !== '' || password !== '' || telling) context.addIssue('Addresses hold no secrets: put them into headers.')
  })

const headers = z.record(headerName, z.union([headerValue, secret])).superRefine((named, context) => {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== 'string' || !secretName.test(name)) continue
    const message = 'Secrets are not kept here: write { "$secret": "NAME" }, and set REKINDLE_SECRET_NAME where the server runs.'
    context.addIssue({ code: 'custom', path: [name], message })
  }
})

const notBoth = 'This is either { url, type?, headers? } or { local }, the name of a program that this machine may start.'

export const serverSetup = z
  .strictObject({
    local: plainName.optional(),
    url: url.optional(),
    type: z.enum(['http', 'sse']).optional(),
    headers: headers.optional(),
  })
  .superRefine((setup, context) => {
    const { local, ...remote } = setup
    if ((local === undefined) === (remote.url === undefined)) context.addIssue(notBoth)
    else if (local !== undefined && Object.keys(remote).length > 0) context.addIssue(notBoth)
  })
  .transform((setup) => setup as ServerSetup)

/** The secrets that a setup refers to, by the header that has it. */
export function secretsOf(setup: ServerSetup): [header: string, secret: string][] {
  const named = 'url' in setup ? Object.entries(setup.headers ?? {}) : []
  return named.flatMap(([header, value]) => (typeof value === 'string' ? [] : [[header, value.$secret]]))
}

/** Throws for a row that was edited by hand into something that is none. */
export function parseServerSetup(name: string, config: string): ServerSetup {
  let value: unknown
  try {
    value = JSON.parse(config)
  } catch (cause) {
    throw new Error(`mcp_servers.config of ${name} is not JSON. Correct it in the database.`, { cause })
  }
  const { data, error } = serverSetup.safeParse(value)
  if (data !== undefined) return data
  const [issue] = error.issues
  const where = z.core.toDotPath(issue?.path ?? [])
  throw new Error(`mcp_servers.config of ${name} cannot be used: ${where} ${issue?.message}`)
}
