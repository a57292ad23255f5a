import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A loopback port that leads to another one. What lies between the two is up to the test. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number
  /** How many connections clients have open. */
  readonly connections: number
  /** Cuts all connections; new ones lead to `port`: what clients see of a failover. */
  redirect(port: number): void
  /** All connections go through such a wire, those to come included. */
  rewire(wire: () => Wire): void
  /** Only those that are open now. */
  rewireOpen(wire: () => Wire): void
}

/** One connection through the proxy. */
interface Passage {
  toServer(data: Buffer): void
  /** Not before `afterMs`, and not before what was sent earlier. */
  toClient(data: Buffer, afterMs?: number): void
  /** To both ends, as from a crashed host: not an orderly end. */
  reset(): void
}

/** What becomes of what is sent through one connection. */
export interface Wire {
  request(data: Buffer, passage: Passage): void
  reply(data: Buffer, passage: Passage): void
}

export const soundWire = (): Wire => ({
  request: (data, passage) => passage.toServer(data),
  reply: (data, passage) => passage.toClient(data),
})

export async function startProxy(port: number): Promise<TcpProxy> {
  let target = port
  let nextWire = soundWire
  const links = new Set<Link>()
  const server = createServer((client) => {
    const link = joinLink(client, connect(target, '127.0.0.1').setNoDelay(), nextWire())
    links.add(link)
    client.on('close', () => links.delete(link))
  }).listen(0, '127.0.0.1')
  const rewireOpen = (wire: () => Wire) => links.forEach((link) => (link.wire = wire()))
  const cut = () => links.forEach((link) => link.end())
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return links.size
    },
    redirect(to) {
      target = to
      cut()
    },
    rewire(wire) {
      nextWire = wire
      rewireOpen(wire)
    },
    rewireOpen,
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}

interface Link {
  wire: Wire
  end(): void
}

function joinLink(client: Socket, upstream: Socket, wire: Wire): Link {
  const both = [client.setNoDelay(), upstream]
  const write = (socket: Socket, data: Buffer) => void (socket.writable && socket.write(data))
  const passage: Passage = {
    toServer: (data) => write(upstream, data),
    toClient: inOrder((data) => write(client, data)),
    reset: () => both.forEach((socket) => socket.resetAndDestroy()),
  }
  const link: Link = { wire, end: () => both.forEach((socket) => socket.destroy()) }
  for (const socket of both) socket.on('error', () => {}).on('close', () => link.end())
  client.on('data', (data) => link.wire.request(data, passage))
  upstream.on('data', (data) => link.wire.reply(data, passage))
  return link
}

/** Calls `send` in the order in which it is called itself, each time no sooner than it is told to. */
function inOrder(send: (data: Buffer) => void): (data: Buffer, afterMs?: number) => void {
  const waiting: { readonly data: Buffer; readonly due: number }[] = []
  const sendDue = () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const left = next.due - performance.now()
      if (left > 0) return void setTimeout(sendDue, Math.ceil(left))
      send(next.data)
      waiting.shift()
    }
  }
  return (data, afterMs = 0) => {
    waiting.push({ data, due: performance.now() + afterMs })
    if (waiting.length === 1) sendDue()
  }
}
