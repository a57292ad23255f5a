import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { withoutNextReply } from './fault-replies.ts'

/** The way from a contestant to its Redis: a loopback port that leads there, and can be damaged. */
export interface FaultLink {
  readonly port: number
  /** Cuts all connections and refuses new ones. */
  refuse(): Promise<void>
  accept(): Promise<void>
  /** How late replies arrive, from now on. */
  delay(ms: number): void
  /** The connections that there are stay open, but nothing passes through them any more. New ones work. */
  vanish(): void
  /** Every so many milliseconds all connections are reset (RST), until the returned function is called. */
  resetEvery(ms: number): () => void
  /** The next reply on each connection is lost. What comes after it is passed on. */
  loseReplies(): void
  close(): void
}

/** What can happen to one connection. */
interface Connection {
  readonly client: Socket
  vanished: boolean
  pass: (chunk: Buffer) => Buffer
}

export async function openLink(toPort: number): Promise<FaultLink> {
  const connections = new Set<Connection>()
  let delayMs = 0

  const server = createServer((client) => {
    const connection: Connection = { client, vanished: false, pass: (chunk) => chunk }
    connections.add(connection)
    const upstream = connect(toPort, '127.0.0.1')
    const answer = (chunk: Buffer) => {
      if (connection.vanished || client.destroyed) return
      client.write(connection.pass(chunk))
    }
    client.on('data', (chunk: Buffer) => {
      if (!connection.vanished) upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (delayMs === 0) answer(chunk)
      else setTimeout(answer, delayMs, chunk)
    })
    client.setNoDelay(true).on('error', () => {})
    client.on('close', () => {
      connections.delete(connection)
      upstream.destroy()
    })
    upstream.setNoDelay(true).on('error', () => {})
    upstream.on('close', () => {
      if (!connection.vanished) client.destroy()
    })
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  const cut = () => connections.forEach(({ client }) => client.destroy())

  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    port,
    async refuse() {
      server.close()
      cut()
      await once(server, 'close')
    },
    accept: () => listen(port),
    delay(ms) {
      delayMs = ms
    },
    vanish() {
      for (const connection of connections) connection.vanished = true
    },
    resetEvery(ms) {
      const timer = setInterval(() => connections.forEach(({ client }) => client.resetAndDestroy()), ms)
      return () => clearInterval(timer)
    },
    loseReplies() {
      for (const connection of connections) connection.pass = withoutNextReply()
    },
    close() {
      server.close()
      cut()
    },
  }
}
