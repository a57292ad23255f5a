import { readFileSync } from 'node:fs'
import type { LocalMcpServer } from 'rekindle/agent-config'
import { z } from 'zod'
import { plainName } from '../resources/fields.ts'

/** The programs of this machine that may be started as MCP servers. */
export interface LocalServers {
  readonly byName: ReadonlyMap<string, LocalMcpServer>
  /** What the file gives for their environment. In `byName` there are references to it: configs are kept in stores. */
  readonly secrets: ReadonlyMap<string, string>
}

const file = z.object({
  mcpServers: z.record(
    plainName,
    z.strictObject({
      type: z.literal('stdio').optional(),
      command: z.string().min(1),
      args: z.array(z.string()).optional(),
      env: z.record(z.string().min(1), z.string()).optional(),
      cwd: z.string().min(1).optional(),
    }),
  ),
})

/**
 * Reads the file that lists them, `{ "mcpServers": { name: { command, args, env, cwd } } }`; without one there are none. Throws
 * an `Error` that names the file and what is wrong with it, and nothing of what may be secret in it.
 */
export function readLocalServers(path: string | undefined): LocalServers {
  const byName = new Map<string, LocalMcpServer>()
  const secrets = new Map<string, string>()
  if (path === undefined) return { byName, secrets }
  for (const [name, { env = {}, command, args, cwd }] of Object.entries(parse(path).mcpServers)) {
    const references = Object.keys(env).map((variable) => [variable, { $secret: `local:${name}:${variable}` }] as const)
    for (const [variable, { $secret }] of references) secrets.set($secret, env[variable] ?? '')
    byName.set(name, {
      command,
      ...(args !== undefined && { args }),
      ...(references.length > 0 && { env: Object.fromEntries(references) }),
      ...(cwd !== undefined && { cwd }),
    })
  }
  return { byName, secrets }
}

function parse(path: string): z.output<typeof file> {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    // What Node says of broken JSON quotes it.
    const why = error instanceof SyntaxError ? 'it is not JSON' : (error as NodeJS.ErrnoException).code
    throw new Error(`The file ${path} (REKINDLE_LOCAL_MCP_SERVERS) cannot be read: ${why}.`, { cause: undefined })
  }
  const result = file.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const where = z.core.toDotPath(issue?.path ?? []) || 'all of it'
  throw new Error(
    `The file ${path} (REKINDLE_LOCAL_MCP_SERVERS) must hold { "mcpServers": { name: { command, args?, env?, cwd? } } }; see ${where}.`,
  )
}
