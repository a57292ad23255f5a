import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { FaultyConnection } from './faulty-connection.ts'

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

export async function openLink(toPort: number): Promise<FaultLink> {
  const connections = new Set<FaultyConnection>()
  let delayMs = 0
  const server = createServer((client) => {
    const connection = new FaultyConnection(client, toPort, () => delayMs)
    connections.add(connection)
    client.on('close', () => connections.delete(connection))
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
    vanish: () => connections.forEach((connection) => connection.vanish()),
    resetEvery(ms) {
      const timer = setInterval(() => connections.forEach(({ client }) => client.resetAndDestroy()), ms)
      return () => clearInterval(timer)
    },
    loseReplies: () => connections.forEach((connection) => connection.loseReply()),
    close() {
      server.close()
      cut()
    },
  }
}
