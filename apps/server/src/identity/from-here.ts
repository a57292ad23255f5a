import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../loopback.ts'

/**
 * Whether a request comes from this machine, to a server that only this machine reaches. What reaches it may act for others: a
 * proxy says so, or passes on the name that it was asked for, and a page whose own name was made to point here (DNS rebinding)
 * asks by that name.
 */
export function isFromHere(headers: IncomingHttpHeaders, remoteAddress: string | undefined): boolean {
  const { host = '', forwarded, 'x-forwarded-for': forwardedFor, 'x-real-ip': realIp, via } = headers
  if ([forwarded, forwardedFor, realIp, via].some((header) => header !== undefined)) return false
  if (remoteAddress === undefined || !isLoopback(remoteAddress.replace(/^::ffff:/, ''))) return false
  return URL.canParse(`http://${host}`) && isLoopback(new URL(`http://${host}`).hostname)
}
