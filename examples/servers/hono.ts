// An agent server on Hono 4, with its adapter for Node.
//   OPENAI_API_KEY=… node examples/servers/hono.ts
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { createAgents } from './agents.ts'
import { drain } from './drain.ts'
import { problemOf, questionOf, userOf } from './requests.ts'
import { replyOf } from './web-reply.ts'

const agents = createAgents()
const app = new Hono()

app.post('/agents/:agentId/chat', async (c) => {
  const userId = userOf(c.req.header('authorization'))
  const { sessionId, prompt } = questionOf(await c.req.json().catch(() => undefined))
  const agentId = c.req.param('agentId')
  const { signal } = c.req.raw // fires when the client has gone before it has the whole reply
  const lease = await agents.acquire({ agentId, userId, sessionId, reasoning: false }, { signal })
  return replyOf(lease, prompt, signal)
})

app.onError((error, c) => {
  if (error instanceof HTTPException) return error.getResponse()
  const { status, message } = problemOf(error)
  return c.json({ error: message }, status)
})

const options = { fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }
const server = serve(options, ({ port }) => process.stdout.write(`listening on http://127.0.0.1:${port}\n`)) as Server

async function stop(): Promise<void> {
  await drain(server)
  await agents.close()
}
process.once('SIGTERM', () => void stop())
