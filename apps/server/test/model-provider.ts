import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An endpoint that speaks the OpenAI protocol, and answers as the test wants. */
export async function startProvider(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<AsyncDisposable & { readonly baseURL: string }> {
  const server = createServer((request, response) => {
    request.resume()
    void Promise.resolve(answer(request, response)).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** One piece of a streamed completion. */
export function delta(content: string, finish_reason: string | null = null, tool_calls?: object[]): string {
  const choices = [{ index: 0, delta: { role: 'assistant', content, ...(tool_calls && { tool_calls }) }, finish_reason }]
  return `data: ${JSON.stringify({ id: 'c', created: 1, model: 'm', object: 'chat.completion.chunk', choices })}\n\n`
}
