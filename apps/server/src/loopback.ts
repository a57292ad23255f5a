import { isIPv4 } from 'node:net'

/** Whether `host` can be reached from this machine only. An address or a name, an IPv6 address also in brackets. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  // Asked of what clients send, too: 127.0.0.1.example.com is no address.
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'))
}
