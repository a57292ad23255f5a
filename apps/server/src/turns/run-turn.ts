import { convertToModelMessages, toUIMessageStream } from 'ai'
import type { UIMessage, UIMessageChunk } from 'ai'
import type { FastifyBaseLogger } from 'fastify'
import type { Lease } from 'rekindle'
import type { AiSdkAgent } from 'rekindle/ai-sdk'
import type { Agents } from '../agents.ts'
import type { AgentUsage } from '../fleet/agent-usage.ts'
import type { ReplyEnd } from './assemble-reply.ts'
import { ReplyTooLongError } from './reply-log.ts'
import type { ReplyLog } from './reply-log.ts'
import { streamErrorText } from './stream-error.ts'
import type { TurnRequest } from './turn-request.ts'

/** Longer than preparing an agent may take, so that its own deadline comes first and says more. */
const patienceMs = 65_000

/** How the agent of a turn was come by: in the metadata of every reply, as `rekindle`. */
export interface Served {
  /** The tier that served it. */
  readonly source: 'memory' | 'config' | 'build'
  /** Why it was not in memory. */
  readonly reason?: string
  /** From asking for the agent to having it. */
  readonly ms: number
  /** The agent's version. */
  readonly fingerprint?: string
  /** The process id of the worker. */
  readonly worker: number
}

export interface TurnServices {
  readonly agents: Agents
  readonly usage: AgentUsage
  readonly log: FastifyBaseLogger
}

/** What an agent is to answer, and where its answer goes. */
interface Task {
  readonly history: UIMessage[]
  readonly replyId: string
  readonly reply: ReplyLog
}

export interface TurnRun {
  readonly request: TurnRequest
  /** Aborting it ends the run of the agent, too. */
  readonly controller: AbortController
  /** Called when the agent is there. `undefined`: there is nothing to do. */
  readonly begin: (served: Served) => Promise<Task | undefined>
}

/**
 * Runs one turn: gets the agent, writes its answer into the log, gives it back, whatever happens. It waits for nobody who reads.
 *
 * Rejects only when there is no agent, or `begin` does. From then on a failure is the last chunk of the reply.
 */
export async function runTurn(services: TurnServices, { request, controller, begin }: TurnRun): Promise<ReplyEnd | undefined> {
  const { agentId, sessionId, reasoning, userId } = request
  const asked = performance.now()
  using lease = await services.agents.acquire(
    { agentId, userId, sessionId, reasoning },
    { signal: controller.signal, timeoutMs: patienceMs },
  )
  const served = servedBy(lease, performance.now() - asked)
  services.usage.record({ agentId, source: lease.source, reason: lease.reason, fingerprint: lease.fingerprint })
  const task = await begin(served)
  if (task === undefined) return undefined
  const failed = (error: unknown): string => {
    services.log.error({ err: error, agentId }, 'a turn failed')
    return streamErrorText(error)
  }
  // Awaited here: the lease is held until this returns.
  return await answer(lease, task, { served, failed, controller })
}

interface Circumstances {
  readonly served: Served
  /** Logs a failure, and says what a reader may know of it. */
  readonly failed: (error: unknown) => string
  readonly controller: AbortController
}

async function answer(lease: Lease<AiSdkAgent, unknown>, task: Task, circumstances: Circumstances): Promise<ReplyEnd> {
  const { failed, controller } = circumstances
  const { reply } = task
  let end: ReplyEnd = 'done'
  try {
    for await (const chunk of await stream(lease, task, circumstances)) {
      if (chunk.type === 'error') end = 'failed'
      if (chunk.type === 'abort') end = 'cancelled'
      reply.append(chunk)
    }
    return end
  } catch (error) {
    if (controller.signal.aborted) {
      reply.appendLast({ type: 'abort' })
      return 'cancelled'
    }
    if (error instanceof ReplyTooLongError) controller.abort(error)
    reply.appendLast({ type: 'error', errorText: failed(error) })
    return 'failed'
  }
}

async function stream(
  { agent }: Lease<AiSdkAgent, unknown>,
  { history, replyId }: Task,
  { served, failed, controller }: Circumstances,
): Promise<AsyncIterable<UIMessageChunk>> {
  // Not checked against the agent's tools: what was said before an edit of the agent stays said.
  const prompt = await convertToModelMessages(history, { tools: agent.tools })
  const { stream } = await agent.stream({ prompt, abortSignal: controller.signal })
  return toUIMessageStream({
    stream,
    tools: agent.tools,
    originalMessages: history,
    generateMessageId: () => replyId,
    onError: failed,
    // What a tool says of its input is meant for the user, and the model has been told the same.
    redactToolErrors: false,
    messageMetadata: ({ part }) => (part.type === 'start' ? { rekindle: served } : undefined),
  })
}

function servedBy(
  { source, reason, fingerprint }: Pick<Lease<unknown, unknown>, 'source' | 'reason' | 'fingerprint'>,
  ms: number,
): Served {
  return {
    source,
    ...(reason !== undefined && { reason }),
    ms: Math.round(ms * 1000) / 1000,
    ...(fingerprint !== undefined && { fingerprint }),
    worker: process.pid,
  }
}
