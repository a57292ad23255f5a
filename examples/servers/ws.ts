// An agent server on plain `ws` 8: a connection is a session, a message is a turn.
//   OPENAI_API_KEY=… node examples/servers/ws.ts
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AgentKey } from 'rekindle'
import { type WebSocket, WebSocketServer } from 'ws'
import { createAgents, textOf } from './agents.ts'
import { drainMs } from './drain.ts'
import { problemOf, userOf } from './requests.ts'

const agents = createAgents()
const server = createServer((_request, response) => void response.writeHead(426).end())
const sockets = new WebSocketServer({ noServer: true, maxPayload: 64 * 1024 })

// Who asks is settled before there is a socket; a browser sends its cookie with this request.
server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
  try {
    const key = keyOf(request)
    sockets.handleUpgrade(request, socket, head, (client) => serve(client, key))
  } catch (error) {
    socket.end(`HTTP/1.1 ${problemOf(error).status} \r\nconnection: close\r\n\r\n`)
  }
})

function keyOf({ url = '/', headers }: IncomingMessage): AgentKey {
  const [, , agentId = '', , sessionId = ''] = new URL(url, 'http://localhost').pathname.split('/')
  return { agentId, userId: userOf(headers.authorization), sessionId, reasoning: false }
}

function serve(client: WebSocket, key: AgentKey): void {
  const gone = new AbortController()
  const tell = (message: object) => client.send(JSON.stringify(message))
  let running = false
  client.on('close', () => gone.abort())
  client.on('error', () => client.terminate())
  client.on('message', (data) => void turn(String(data)))

  async function turn(prompt: string): Promise<void> {
    // A session has one turn at a time; nothing is queued, so a client cannot make anything grow.
    if (running) return tell({ type: 'error', status: 409, message: 'A turn is running.' })
    running = true
    try {
      // Anew for each turn: from memory it takes no time, and an agent that was edited meanwhile is the new one.
      await using lease = await agents.acquire(key, { signal: gone.signal })
      tell({ type: 'start', servedFrom: lease.source })
      for await (const text of textOf(lease.agent, prompt, gone.signal)) tell({ type: 'text', text })
      tell({ type: 'end' })
    } catch (error) {
      if (!gone.signal.aborted) tell({ type: 'error', ...problemOf(error) })
    } finally {
      running = false
    }
  }
}

async function stop(): Promise<void> {
  server.close()
  await agents.close({ drainMs }) // turns in progress end; another is told 503
  for (const client of sockets.clients) client.close(1001, 'The server is stopping.')
  setTimeout(() => sockets.clients.forEach((client) => client.terminate()), 1_000).unref() // who does not answer that
}
process.once('SIGTERM', () => void stop())

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`listening on ws://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
