import { hash } from 'node:crypto'
import type { McpServerConfig } from '../agent-config/agent-config.ts'
import { type ResolveSecret, resolveSecrets, type SecretReference } from '../agent-config/secret-reference.ts'
import { UnresolvedSecretError } from '../errors.ts'

/** Where a server is and how to get in, with the secrets in place: never shown, logged or stored. */
export type ServerAddress = LocalAddress | RemoteAddress

export interface LocalAddress {
  readonly command: string
  readonly args: readonly string[]
  readonly env: { readonly [name: string]: string }
  readonly cwd: string | undefined
}

export interface RemoteAddress {
  readonly type: 'http' | 'sse'
  readonly url: string
  readonly headers: { readonly [name: string]: string }
}

export function isLocal(address: ServerAddress): address is LocalAddress {
  return 'command' in address
}

/** `path` is where the server stands in the config. Rejects as {@link resolveSecrets} does. */
export async function addressOf(
  server: McpServerConfig,
  path: string,
  resolve: ResolveSecret | undefined,
): Promise<ServerAddress> {
  if ('command' in server) {
    const env = await valuesOf(server.env, `${path}.env`, resolve)
    return { command: server.command, args: server.args ?? [], env, cwd: server.cwd }
  }
  const headers = await valuesOf(server.headers, `${path}.headers`, resolve)
  return { type: server.type === 'sse' ? 'sse' : 'http', url: server.url, headers }
}

async function valuesOf(
  named: { readonly [name: string]: string | SecretReference } = {},
  path: string,
  resolve: ResolveSecret | undefined,
): Promise<{ readonly [name: string]: string }> {
  if (Object.hasOwn(named, '$secret')) {
    throw new UnresolvedSecretError(path, 'a reference to a secret stands for one value, not for all of them.')
  }
  return (await resolveSecrets(named, path, resolve)) as { readonly [name: string]: string }
}

/**
 * The tag of all configs that have this server: the same for every credential that is a reference, whatever its name. What the
 * server is called and which tools it has is no part of it.
 */
export function tagOf(server: McpServerConfig): string {
  const nameless = (named: Named) =>
    Object.fromEntries(Object.entries(named).map(([name, value]) => [name, typeof value === 'string' ? value : null]))
  return `mcp:${hash('sha256', textOfServer(server, nameless), 'base64url').slice(0, 22)}`
}

/** Equal for two servers that are the same in all but their tools; names of secrets included. */
export function textOfServer(server: McpServerConfig, change: (named: Named) => Named = (named) => named): string {
  return 'command' in server
    ? localText(server.command, server.args ?? [], change(server.env ?? {}), server.cwd)
    : remoteText(server.type === 'sse' ? 'sse' : 'http', server.url, change(server.headers ?? {}))
}

/** Equal for two addresses if one connection can serve both. `salt`, which nobody knows, keeps secrets from being guessed from it. */
export function keyOf(address: ServerAddress, salt: string): string {
  const text = isLocal(address)
    ? localText(address.command, address.args, address.env, address.cwd)
    : remoteText(address.type, address.url, address.headers)
  return hash('sha256', salt + text, 'base64url')
}

interface Named {
  readonly [name: string]: string | SecretReference | null
}

function localText(command: string, args: readonly string[], env: Named, cwd: string | undefined): string {
  return JSON.stringify(['stdio', command, args, inOrder(env), cwd ?? null])
}

function remoteText(type: 'http' | 'sse', url: string, headers: Named): string {
  return JSON.stringify([type, url, inOrder(headers)])
}

function inOrder(named: Named): [name: string, value: string | SecretReference | null][] {
  return Object.entries(named).toSorted(([one], [other]) => (one < other ? -1 : 1))
}
