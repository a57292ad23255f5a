// An agent server on Express 5.
//   OPENAI_API_KEY=… node examples/servers/express.ts
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type NextFunction, type Request, type Response } from 'express'
import { createAgents, textOf } from './agents.ts'
import { drain } from './drain.ts'
import { problemOf, questionOf, userOf } from './requests.ts'

const agents = createAgents()
const app = express()
app.use(express.json())

app.post('/agents/:agentId/chat', async (request, response) => {
  const userId = userOf(request.headers.authorization)
  const { sessionId, prompt } = questionOf(request.body)
  const { agentId } = request.params
  const signal = goneOf(response)
  await using lease = await agents.acquire({ agentId, userId, sessionId, reasoning: false }, { signal })
  response.set({ 'x-served-from': lease.source, 'content-type': 'text/plain; charset=utf-8' })
  for await (const text of textOf(lease.agent, prompt, signal)) {
    if (!response.write(text)) await once(response, 'drain', { signal })
  }
  response.end()
})

// Express 5 brings here what a handler rejects with. It is known by its four parameters.
app.use((error: Error & Partial<HttpError>, _request: Request, response: Response, next: NextFunction) => {
  if (response.closed) return
  if (response.headersSent) return next(error) // the reply has begun: Express cuts it, so that it does not look complete
  // Express's own refusals (a body that is no JSON) say whether they are meant for the client. An error of a model is not.
  const { expose = false, status: refused = 500 } = error
  const { status, message } = expose ? { status: refused, message: error.message } : problemOf(error)
  response.status(status).json({ error: message })
})

interface HttpError {
  readonly expose: boolean
  readonly status: number
}

/** Fires when the client has gone before it has the whole reply. */
function goneOf(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})

async function stop(): Promise<void> {
  await drain(server)
  await agents.close()
}
process.once('SIGTERM', () => void stop())
