import { once } from 'node:events'
import { UI_MESSAGE_STREAM_HEADERS } from 'ai'
import type { UIMessageChunk } from 'ai'
import type { FastifyReply } from 'fastify'
import { problemOf } from '../problem.ts'
import type { Following } from '../turns/following.ts'
import type { Served } from '../turns/run-turn.ts'

/** A reader that takes nothing for this long is gone, or does us harm. */
const stalledMs = 60_000

/** Streams a reply as the server-sent events that `DefaultChatTransport` reads, until it ends or `signal` aborts. */
export async function streamReply(
  reply: FastifyReply,
  { read, served }: Extract<Following, { kind: 'running' }>,
  signal: AbortSignal,
): Promise<void> {
  writeHead(reply, served)
  try {
    for await (const chunk of read(signal)) await write(reply, chunk, signal)
  } catch (error) {
    if (signal.aborted) return
    await write(reply, { type: 'error', errorText: problemOf(error).message }, signal)
  }
  reply.raw.end('data: [DONE]\n\n')
}

function writeHead(reply: FastifyReply, served: Served | undefined): void {
  reply.hijack()
  // Whether the connection is kept is Node's to say, which knows what the client asked for and whether we are stopping.
  const { connection: _, ...protocol } = UI_MESSAGE_STREAM_HEADERS
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...protocol,
    'cache-control': 'no-store',
    ...(served && { 'server-timing': `agent;desc="${served.source}";dur=${served.ms}`, 'x-rekindle-source': served.source }),
  })
}

/** Resolves when there is room for more. */
async function write({ raw }: FastifyReply, chunk: UIMessageChunk, gone: AbortSignal): Promise<void> {
  if (raw.write(`data: ${JSON.stringify(chunk)}\n\n`)) return
  try {
    await once(raw, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(stalledMs)]) })
  } catch (error) {
    raw.destroy()
    throw error
  }
}
