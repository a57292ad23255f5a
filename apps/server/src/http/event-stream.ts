import { once } from 'node:events'
import { UI_MESSAGE_STREAM_HEADERS } from 'ai'
import type { UIMessageChunk } from 'ai'
import type { FastifyReply } from 'fastify'
import type { Served, TurnReply } from '../turns/run-turn.ts'

/** A reader that takes nothing for this long is gone, or does us harm. */
const stalledMs = 60_000

/** A reply as the server-sent events that `DefaultChatTransport` reads. */
export class EventStream implements TurnReply {
  readonly #reply: FastifyReply
  readonly #signal: AbortSignal

  constructor(reply: FastifyReply, signal: AbortSignal) {
    this.#reply = reply
    this.#signal = signal
  }

  begin(served: Served): void {
    this.#reply.hijack()
    // Whether the connection is kept is Node's to say, which knows what the client asked for and whether we are stopping.
    const { connection: _, ...protocol } = UI_MESSAGE_STREAM_HEADERS
    this.#reply.raw.writeHead(200, {
      ...(this.#reply.getHeaders() as Record<string, string>),
      ...protocol,
      'cache-control': 'no-store',
      'server-timing': `agent;desc="${served.source}";dur=${served.ms}`,
      'x-rekindle-source': served.source,
    })
  }

  async send(chunk: UIMessageChunk): Promise<void> {
    const { raw } = this.#reply
    if (raw.write(`data: ${JSON.stringify(chunk)}\n\n`)) return
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(stalledMs)])
    try {
      await once(raw, 'drain', { signal })
    } catch (error) {
      raw.destroy()
      throw error
    }
  }

  end(): void {
    this.#reply.raw.end('data: [DONE]\n\n')
  }
}
