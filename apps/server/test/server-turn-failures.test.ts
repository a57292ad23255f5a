import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chat, chatBody, json, open, send } from './http-client.ts'
import { delta, startProvider } from './model-provider.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { Client } from './web-socket-client.ts'

const key = 'sk-test-0123456789'
let answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>
let provider: Awaited<ReturnType<typeof startProvider>>
let server: ServerProcess

beforeAll(async () => {
  provider = await startProvider((request, response) => answer(request, response))
  const env = { OPENAI_BASE_URL: provider.baseURL, OPENAI_API_KEY: key, REKINDLE_MODEL: 'm' }
  server = await startServer({ env })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})
beforeEach(() => {
  answer = (_request, response) => void response.end()
})

const inUse = async () => ((await send(`${server.url}/api/stats`)).json.agents as { inUse: number }).inUse
const fails = (status: number, message: string) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: { message, type: 'x', code: null } }))
}

describe('a turn whose model fails', () => {
  it('ends with an error that says whose fault it is, and no secrets; the log has the details without them', async () => {
    answer = fails(401, `Incorrect API key provided: ${key}`)
    const reply = await chat(server, { text: 'hunter2' })
    expect(reply.status).toBe(200)
    expect(reply.chunks.filter(({ type }) => type === 'error')).toEqual([
      { type: 'error', errorText: 'The model provider refuses the key of this server.' },
    ])
    expect(reply.text).not.toContain('sk-')
    expect(reply.text.endsWith('data: [DONE]\n\n')).toBe(true)
    await until(() => server.stderr.includes('Incorrect API key provided: [secret]'))
    expect(await inUse()).toBe(0)
  })

  it('tells the same over a WebSocket, whose next turn works', async () => {
    answer = fails(400, 'This model is tired.')
    using client = await Client.open(server)
    client.turn('1', 'hunter2')
    expect(await client.outcome('1')).toEqual({ type: 'end', id: '1' })
    expect(client.chunks('1')).toContainEqual({ type: 'error', errorText: expect.stringContaining('status 400') as string })
    answer = (_request, response) => void response.end(delta('Well again.', 'stop') + 'data: [DONE]\n\n')
    client.turn('2', 'hunter2')
    await client.outcome('2')
    expect(client.answer('2')).toBe('Well again.')
  })

  it('keeps what was said before the connection to the model broke', async () => {
    answer = async (_request, response) => {
      response.write(delta('Half of'))
      await new Promise((resolve) => setImmediate(resolve))
      response.destroy()
    }
    const reply = await chat(server, { text: 'hunter2' })
    expect(reply.answer).toBe('Half of')
    expect(reply.chunks.at(-1)?.type).toBe('error')
  })
})

describe('a client that goes away', () => {
  it.each(['while it reads', 'before the model has said anything'])(
    'ends the request to the model and the lease: %s',
    async (when) => {
      const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>()
      answer = (_request, response) => {
        if (when === 'while it reads') response.write(delta('One moment … '))
        else response.flushHeaders()
        ask(response)
      }
      const gone = new AbortController()
      const response = await open(`${server.url}/api/agents/assistant/chat`, {
        headers: json,
        body: chatBody('hunter2'),
        signal: gone.signal,
      })
      response.on('error', () => {})
      const atProvider = await asked
      expect(await inUse()).toBe(1)
      gone.abort()
      if (!atProvider.closed) await once(atProvider, 'close')
      await until(async () => (await inUse()) === 0)
    },
  )

  it('does the same over a WebSocket', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<ServerResponse>()
    answer = (_request, response) => {
      response.write(delta('One moment … '))
      ask(response)
    }
    using client = await Client.open(server)
    client.turn('1', 'hunter2')
    const atProvider = await asked
    client.socket.terminate()
    if (!atProvider.closed) await once(atProvider, 'close')
    await until(async () => (await inUse()) === 0)
  })
})

describe('a client that reads slowly', () => {
  const piece = 'x'.repeat(32 * 1024)
  const pieces = 750

  /** Says 24 MB, as fast as they are taken, and counts. */
  function talk() {
    const progress = { said: 0, done: false }
    function* words() {
      for (; progress.said < pieces; progress.said++) yield delta(piece)
      progress.done = true
      yield delta('', 'stop') + 'data: [DONE]\n\n'
    }
    answer = (_request, response) => pipeline(words, response)
    return progress
  }

  /** Resolves once the model has not been able to say anything for a while. */
  async function stalled(progress: { said: number }): Promise<void> {
    let last = -1
    let still = 0
    await until(() => {
      still = progress.said === last ? still + 1 : 0
      last = progress.said
      return progress.said > 0 && still >= 30
    })
  }

  it('makes the model wait instead of filling the memory, over HTTP', async () => {
    const progress = talk()
    const response = await open(`${server.url}/api/agents/assistant/chat`, { headers: json, body: chatBody('hunter2') })
    response.pause()
    await stalled(progress)
    expect(progress.done).toBe(false)
    let bytes = 0
    for await (const part of response) bytes += (part as Buffer).length
    expect(bytes).toBeGreaterThan(pieces * piece.length)
  })

  it('makes the model wait instead of filling the memory, over a WebSocket', async () => {
    const progress = talk()
    using client = await Client.open(server)
    client.socket.pause()
    client.turn('1', 'hunter2')
    await stalled(progress)
    expect(progress.done).toBe(false)
    client.socket.resume()
    await client.outcome('1')
    expect(client.answer('1').length).toBe(pieces * piece.length)
  })
})

it('has put neither the key nor a message into its log', async () => {
  expect(await server.stop()).toBe(0)
  expect(server.stderr).toContain('a turn failed')
  expect(server.stderr).not.toMatch(new RegExp(`${key}|hunter2`))
})
