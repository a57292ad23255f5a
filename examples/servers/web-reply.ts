import type { Lease } from 'rekindle'
import type { AiSdkAgent } from 'rekindle/ai-sdk'
import { textOf } from './agents.ts'

/**
 * One run of a leased agent as a `Response`, once there is something to say: what fails before is thrown, and gets its status.
 * The lease ends with the run, whether anybody has read the reply or not.
 */
export async function replyOf(lease: Lease<AiSdkAgent, unknown>, prompt: string, signal: AbortSignal): Promise<Response> {
  const texts = textOf(lease.agent, prompt, signal)
  const first = await texts.next().catch((error: unknown) => {
    lease.release()
    throw error
  })
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    // Called at once, by the constructor: no reply can be dropped before it has begun, and leave its lease behind.
    async start(controller) {
      using _held = lease
      if (first.done !== true) controller.enqueue(encoder.encode(first.value))
      for await (const text of texts) controller.enqueue(encoder.encode(text))
      controller.close()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-served-from': lease.source },
  })
}
