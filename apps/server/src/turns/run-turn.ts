import { createAgentUIStream, InvalidPromptError, TypeValidationError } from 'ai'
import type { UIMessage, UIMessageChunk } from 'ai'
import type { FastifyBaseLogger } from 'fastify'
import type { Lease } from 'rekindle'
import type { AiSdkAgent } from 'rekindle/ai-sdk'
import type { Agents } from '../agents.ts'
import type { Visitor, Visitors } from '../visitors/visitors.ts'
import { streamErrorText } from './stream-error.ts'
import { invalidMessages } from './turn-request.ts'

/** Longer than preparing an agent may take, so that its own deadline comes first and says more. */
const patienceMs = 65_000

export interface TurnRequest {
  readonly agentId: string
  readonly sessionId: string
  readonly reasoning: boolean | string
  readonly messages: UIMessage[]
  readonly visitor: Visitor
}

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

/** Where the chunks of a reply go. `send` resolves once there is room for more, and rejects when nobody reads any more. */
export interface TurnReply {
  begin(served: Served): void
  send(chunk: UIMessageChunk): Promise<void>
}

export interface TurnServices {
  readonly agents: Agents
  readonly visitors: Visitors
  readonly log: FastifyBaseLogger
}

/**
 * One turn of a conversation: gets the agent, streams its answer, gives it back, whatever happens.
 *
 * Rejects only before `reply.begin`, when there is no agent or it cannot be given these messages. From then on a failure is
 * the last chunk of the reply. An abort of `signal` ends the run of the agent too.
 */
export async function runTurn(
  services: TurnServices,
  request: TurnRequest,
  reply: TurnReply,
  signal: AbortSignal,
): Promise<void> {
  const { agentId, sessionId, reasoning, visitor } = request
  await welcome(services, visitor)
  const asked = performance.now()
  using lease = await services.agents.acquire(
    { agentId, userId: visitor.id, sessionId, reasoning },
    { signal, timeoutMs: patienceMs },
  )
  const served = servedBy(lease, performance.now() - asked)
  const failed = (error: unknown): string => {
    services.log.error({ err: error, agentId }, 'a turn failed')
    return streamErrorText(error)
  }
  const chunks = await answer(lease, request.messages, served, failed, signal)
  reply.begin(served)
  try {
    for await (const chunk of chunks) await reply.send(chunk)
  } catch (error) {
    if (signal.aborted) return
    await reply.send({ type: 'error', errorText: failed(error) }).catch(() => {})
  }
}

/** An agent serves a user without a row as it serves everybody, so the database is not needed for this. */
async function welcome({ visitors, log }: TurnServices, visitor: Visitor): Promise<void> {
  try {
    await visitors.ensureKnown(visitor)
  } catch (error) {
    log.warn({ err: error }, 'a visitor could not be recorded')
  }
}

async function answer(
  { agent }: Lease<AiSdkAgent, unknown>,
  messages: UIMessage[],
  served: Served,
  onError: (error: unknown) => string,
  abortSignal: AbortSignal,
): Promise<AsyncIterable<UIMessageChunk>> {
  try {
    return await createAgentUIStream({
      agent,
      uiMessages: messages,
      abortSignal,
      onError,
      // What a tool says of its input is meant for the user, and the model has been told the same.
      redactToolErrors: false,
      messageMetadata: ({ part }) => (part.type === 'start' ? { rekindle: served } : undefined),
    })
  } catch (error) {
    const refused = TypeValidationError.isInstance(error) || InvalidPromptError.isInstance(error)
    throw refused || (error as Error).name === 'AI_MessageConversionError' ? invalidMessages(error) : error
  }
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
