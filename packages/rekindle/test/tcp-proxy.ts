import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A loopback port that leads to another one, which can be changed: what clients see of a failover. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** Cuts all connections; new ones lead to `port`. */
  redirect(port: number): void
}

export async function startProxy(port: number): Promise<TcpProxy> {
  let target = port
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
  }
  const cut = () => sockets.forEach((socket) => socket.destroy())
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    keep(client)
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    redirect(to) {
      target = to
      cut()
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
