import type { FastifyInstance } from 'fastify'
import { sendProblem } from '../http/error-replies.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'
import { keepAlive } from './heartbeat.ts'

/** How long a client has to answer that the server closes the connection. */
const goodbyeMs = 1_000
const goingAway = 1001

/** `GET /ws`: many turns over one connection. */
export function webSocketRoute(app: FastifyInstance, options: Omit<ConnectionOptions, 'visitor'>): void {
  const { services } = options
  app.route({
    method: 'GET',
    url: '/ws',
    handler: (_request, reply) => {
      reply.header('upgrade', 'websocket')
      sendProblem(reply, { status: 426, code: 'upgrade-required', message: 'This is a WebSocket.' })
    },
    wsHandler: (socket, { log, visitor }) => {
      keepAlive(socket)
      void new Connection(socket, { ...options, services: { ...services, log }, visitor })
    },
  })
}

/** Says goodbye to every client. Given to @fastify/websocket for when the server closes. */
export function closeSockets(this: FastifyInstance, done: () => void): void {
  const { clients } = this.websocketServer
  for (const client of clients) client.close(goingAway, 'The server is stopping.')
  const timer = setTimeout(() => {
    for (const client of clients) client.terminate()
  }, goodbyeMs)
  this.websocketServer.close(() => {
    clearTimeout(timer)
    done()
  })
}
