import type * as client from '@modelcontextprotocol/client'
import type * as stdio from '@modelcontextprotocol/client/stdio'

/** The MCP SDK, an optional peer. */
export type Sdk = typeof client & typeof stdio

let loading: Promise<Sdk> | undefined

/** Loads it (130 ms, 33 MB) when a server is first talked to. */
export function loadSdk(): Promise<Sdk> {
  loading ??= Promise.all([import('@modelcontextprotocol/client'), import('@modelcontextprotocol/client/stdio')]).then(
    ([client, stdio]) => ({ ...client, ...stdio }),
  )
  return loading
}
