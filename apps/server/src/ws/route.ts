import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { WebSocket } from 'ws'
import { sendProblem } from '../http/error-replies.ts'
import type { SocketGuard } from '../identity/socket-limits.ts'
import { operation } from '../openapi/operation.ts'
import { Connection } from './connection.ts'
import type { ConnectionOptions } from './connection.ts'
import { keepAlive } from './heartbeat.ts'

/** How long a client has to take what is still on its way to it. */
const lastWordMs = 1_000
/** How long it has then to answer that the server closes the connection. */
const goodbyeMs = 1_000
const goingAway = 1001

/** Until they close. */
const connections = new WeakMap<WebSocket, Connection>()

export interface WebSocketOptions extends Omit<ConnectionOptions, 'log' | 'identity' | 'admit'> {
  readonly guard: SocketGuard
}

/** `GET /ws`: many turns over one connection. */
export function webSocketRoute(app: FastifyInstance, { guard, ...options }: WebSocketOptions): void {
  app.route({
    method: 'GET',
    url: '/ws',
    schema: operation({
      tag: 'conversations',
      summary: 'Many turns over one WebSocket',
      description: 'Its messages are described in docs/server.md.',
      replies: { 101: 'The connection speaks WebSocket from now on.' },
      errors: [403, 426],
    }),
    handler: (_request, reply) => {
      reply.header('upgrade', 'websocket')
      sendProblem(reply, { status: 426, code: 'upgrade-required', message: 'This is a WebSocket.' })
    },
    wsHandler: (socket, request) => {
      const { log, identity } = request
      const admit = guard(socket, request)
      keepAlive(socket)
      connections.set(socket, new Connection(socket, { ...options, log, identity, admit }))
    },
  })
}

/**
 * Says goodbye to every client, when it has been sent the last of its turns that ran here. Given to @fastify/websocket for when
 * the server closes, which it does when they have ended.
 */
export function closeSockets(this: FastifyInstance, done: () => void): void {
  const { clients } = this.websocketServer
  for (const client of clients) void sayGoodbye(client)
  this.websocketServer.close(() => done())
}

async function sayGoodbye(client: WebSocket): Promise<void> {
  await Promise.race([connections.get(client)?.settled(), delay(lastWordMs, undefined, { ref: false })])
  client.close(goingAway, 'The server is stopping.')
  await delay(goodbyeMs, undefined, { ref: false })
  client.terminate()
}
