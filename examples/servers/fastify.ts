// An agent server on Fastify 5.
//   OPENAI_API_KEY=… node examples/servers/fastify.ts
import { Readable } from 'node:stream'
import Fastify, { type FastifyError, type FastifyReply } from 'fastify'
import { createAgents, textOf } from './agents.ts'
import { drainMs } from './drain.ts'
import { problemOf, questionOf, userOf } from './requests.ts'

const agents = createAgents()
const app = Fastify()

app.post<{ Params: { agentId: string } }>('/agents/:agentId/chat', async (request, reply) => {
  const userId = userOf(request.headers.authorization)
  const { sessionId, prompt } = questionOf(request.body)
  const { agentId } = request.params
  const signal = goneOf(reply)
  await using lease = await agents.acquire({ agentId, userId, sessionId, reasoning: false }, { signal })
  reply.header('x-served-from', lease.source).type('text/plain; charset=utf-8')
  reply.send(Readable.from(textOf(lease.agent, prompt, signal)))
  await reply // until the last of it has left, or nobody is there to read it: so long the lease is held
})

app.setErrorHandler<FastifyError>((error, _request, reply) => {
  // Fastify's own refusals (a body that is no JSON) have a status for the client. So do errors of a model, but those are not for it.
  const { statusCode = 500, message } = error
  const problem = error.code?.startsWith('FST_') ? { status: statusCode, message } : problemOf(error)
  return reply.code(problem.status).type('application/json').send({ error: problem.message })
})

/** Fires when the client has gone before it has the whole reply. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  raw.once('close', () => {
    if (!raw.writableFinished) controller.abort()
  })
  return controller.signal
}

// Called when no request is in progress any more.
app.addHook('onClose', () => agents.close())

process.once('SIGTERM', () => {
  setTimeout(() => app.server.closeAllConnections(), drainMs).unref()
  void app.close()
})

const address = await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) })
process.stdout.write(`listening on ${address}\n`)
