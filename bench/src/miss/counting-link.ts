import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What went through a link. */
export interface Traffic {
  /** How often somebody began to send after the other side had answered. */
  readonly trips: number
  readonly sent: number
  readonly received: number
}

/** A loopback port that leads to another one, and counts. */
export interface CountingLink {
  readonly port: number
  traffic(): Traffic
  close(): void
}

export async function openCountingLink(toPort: number): Promise<CountingLink> {
  const clients = new Set<Socket>()
  let trips = 0
  let sent = 0
  let received = 0
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ port: toPort, host: '127.0.0.1', noDelay: true })
    let answered = true
    clients.add(client)
    client.on('data', (chunk: Buffer) => {
      if (answered) trips++
      answered = false
      sent += chunk.length
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      answered = true
      received += chunk.length
      client.write(chunk)
    })
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('error', () => {})
      one.on('close', () => {
        clients.delete(client)
        other.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    traffic: () => ({ trips, sent, received }),
    close() {
      server.close()
      for (const client of clients) client.destroy()
    },
  }
}
