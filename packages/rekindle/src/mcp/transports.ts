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
  const { username, password } = new URL(url)
  if (username !== '' || password !== '') {
    throw new Failure('cannot be reached: its url holds credentials. Put them into headers, as references to secrets.')
  }
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
    if (hasTwice(headers, name)) throw new Failure('cannot be reached: its headers name one twice, in capitals and without.')
    try {
      checked.set(name, value)
    } catch {
      throw new Failure('cannot be reached: one of its headers is not what HTTP takes for a header.')
    }
  }
  return checked
}

function hasTwice(headers: RemoteAddress['headers'], name: string): boolean {
  return Object.keys(headers).filter((other) => other.toLowerCase() === name.toLowerCase()).length > 1
}

/**
 * What the SDK leaves undone for sessions of 2025. A request whose answer breaks off in the middle would be waited for until its
 * time is over. One that was given up would go on being answered: its connection would stay, and what comes on it would be read,
 * for as long as the session lasts.
 */
function reportBrokenOff(transport: StreamableHTTPClientTransport): void {
  const send = transport.send.bind(transport)
  const asked = new Map<unknown, AbortController>()
  transport.send = async (message, options) => {
    if (Array.isArray(message) || !('method' in message)) return send(message, options)
    if (message.method === 'notifications/cancelled') asked.get(Object(message.params)['requestId'])?.abort()
    if (!('id' in message)) return send(message, options)

    const { id } = message
    const given = new AbortController()
    asked.set(id, given)
    const { requestSignal } = options ?? {}
    try {
      await send(message, {
        ...options,
        requestSignal: requestSignal === undefined ? given.signal : AbortSignal.any([requestSignal, given.signal]),
        onRequestStreamEnd() {
          asked.delete(id)
          options?.onRequestStreamEnd?.()
          transport.onmessage?.(brokenOff(id))
        },
      })
    } catch (error) {
      asked.delete(id)
      throw error
    }
  }
  // The SDK's own listener comes after this one. Not every answer is a stream that ends.
  transport.onmessage = (message) => {
    if ('id' in message && !('method' in message)) asked.delete(message.id)
  }
}

/** Of no account if the answer has come, as it has when all is well. */
function brokenOff(id: string | number): JSONRPCMessage {
  const message = 'the answer broke off; what was asked for may have been done.'
  return { jsonrpc: '2.0', id, error: { code: brokenOffCode, message } }
}
