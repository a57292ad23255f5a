import type { JSONRPCMessage, StreamableHTTPClientTransport, Transport } from '@modelcontextprotocol/client'
import type { Clock } from '../clock.ts'
import { Failure } from './failure.ts'
import { canGuard } from './guarded-process.ts'
import type { Sdk } from './sdk.ts'
import { isLocal, type LocalAddress, type RemoteAddress, type ServerAddress } from './server-address.ts'
import { StdioTransport } from './stdio-transport.ts'

/** Of the stream on which a server sends what nobody asked for. It is given up for as long as the session lasts. */
const reconnectionOptions = {
  initialReconnectionDelay: 1_000,
  maxReconnectionDelay: 30_000,
  reconnectionDelayGrowFactor: 2,
  maxRetries: 10,
}

/** JSON-RPC leaves this number to implementations. */
const brokenOffCode = -32_099

/** How the server is talked to, not yet connected. Throws a {@link Failure} for an address that cannot be used. */
export function transportTo(address: ServerAddress, sdk: Sdk, stderr: 'ignore' | 'inherit', clock: Clock): Transport {
  return isLocal(address) ? localTransport(address, sdk, stderr, clock) : remoteTransport(address, sdk)
}

function localTransport(address: LocalAddress, sdk: Sdk, stderr: 'ignore' | 'inherit', clock: Clock): Transport {
  // Node would refuse it, showing all of what may be a secret.
  const odd = Object.entries(address.env).find((variable) => variable.join('').includes('\0'))
  if (odd !== undefined) throw new Failure('cannot be started: a variable of its env holds a null character.')
  if (canGuard()) return new StdioTransport(sdk, address, stderr, clock)
  const { command, args, env, cwd } = address
  return new sdk.StdioClientTransport({ command, args: [...args], env, stderr, ...(cwd !== undefined && { cwd }) })
}

function remoteTransport({ type, url, headers }: RemoteAddress, sdk: Sdk): Transport {
  if (!URL.canParse(url)) throw new Failure('cannot be reached: its url is not a URL.')
  const requestInit = { headers: checkedHeaders(headers) }
  if (type === 'sse') return new sdk.SSEClientTransport(new URL(url), { requestInit })
  const transport = new sdk.StreamableHTTPClientTransport(new URL(url), { requestInit, reconnectionOptions })
  reportBrokenOff(transport)
  return transport
}

/** `fetch` would refuse what cannot be a header, too, but shows all of what may be a secret. */
function checkedHeaders(headers: RemoteAddress['headers']): Headers {
  const checked = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    try {
      checked.set(name, value)
    } catch {
      throw new Failure('cannot be reached: one of its headers is not what HTTP takes for a header.')
    }
  }
  return checked
}

/** Without this, a request whose answer breaks off in the middle is waited for until its time is over. */
function reportBrokenOff(transport: StreamableHTTPClientTransport): void {
  const send = transport.send.bind(transport)
  transport.send = (message, options) =>
    send(message, {
      ...options,
      onRequestStreamEnd() {
        options?.onRequestStreamEnd?.()
        if (!Array.isArray(message) && 'id' in message && 'method' in message) transport.onmessage?.(brokenOff(message.id))
      },
    })
}

/** Of no account if the answer has come, as it has when all is well. */
function brokenOff(id: string | number): JSONRPCMessage {
  const message = 'the answer broke off; what was asked for may have been done.'
  return { jsonrpc: '2.0', id, error: { code: brokenOffCode, message } }
}
