import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

interface Route {
  POST(request: Request, context: { readonly params: Promise<{ readonly agentId: string }> }): Promise<Response>
}

// Serves the route handler as `next start` does: a web Request whose signal fires with its connection, and a SIGTERM after which the
// process ends with its last reply.
const route = new URL('../../../../examples/servers/nextjs/route.ts', import.meta.url).href
const { POST } = (await import(route)) as Route

const server = createServer((request, response) => void answer(request, response))

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  let body = ''
  for await (const chunk of incoming.setEncoding('utf8')) body += chunk as string
  const { url = '/', method = 'GET', headers } = incoming
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)])
  const request = new Request(new URL(url, 'http://localhost'), { method, headers: given, body, signal: gone.signal })
  const agentId = url.split('/')[2] ?? ''
  const reply = await POST(request, { params: Promise.resolve({ agentId }) })
  outgoing.writeHead(reply.status, Object.fromEntries(reply.headers))
  // A client that has gone, or a run that has failed, ends the reply before its end.
  if (reply.body !== null) await pipeline(Readable.fromWeb(reply.body), outgoing).catch(() => outgoing.destroy())
}

process.once('SIGTERM', () => void server.close(() => process.exit(0)))

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
