import { problemOf, questionOf, userOf } from '../requests.ts'
import { replyOf } from '../web-reply.ts'
import { getShared } from './agents.ts'

export const runtime = 'nodejs' // not 'edge': live agents need a process that stays

interface Context {
  readonly params: Promise<{ readonly agentId: string }>
}

export async function POST(request: Request, { params }: Context): Promise<Response> {
  try {
    const userId = userOf(request.headers.get('authorization'))
    const { sessionId, prompt } = questionOf(await request.json().catch(() => undefined))
    const { agentId } = await params
    const { agents, stopping } = getShared()
    const signal = AbortSignal.any([request.signal, stopping]) // the former fires when the client has gone
    const lease = await agents.acquire({ agentId, userId, sessionId, reasoning: false }, { signal })
    return await replyOf(lease, prompt, signal)
  } catch (error) {
    const { status, message } = problemOf(error)
    return Response.json({ error: message }, { status })
  }
}
