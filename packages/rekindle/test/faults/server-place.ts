import type { RedisServer } from '../redis-server.ts'
import type { TcpProxy } from '../tcp-proxy.ts'

/** One server, and a proxy before it for faults on the wire. */
export interface ServerPlace {
  readonly server: RedisServer
  readonly proxy: TcpProxy
}
