import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerIn, chat, chatBody, chunksOf, json, open, send, someone } from './http-client.ts'
import { delta, startProvider } from './model-provider.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { Client } from './web-socket-client.ts'

let answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
let provider: Awaited<ReturnType<typeof startProvider>>
let server: ServerProcess

beforeAll(async () => {
  provider = await startProvider((request, response) => answer(request, response))
  server = await startServer({ env: { OPENAI_BASE_URL: provider.baseURL, OPENAI_API_KEY: 'key', REKINDLE_MODEL: 'm' } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
})

const stats = async () => (await send(`${server.url}/api/stats`)).json as { turns: number; agents: { inUse: number } }
const inUse = async () => (await stats()).agents.inUse
const memory = async () => {
  const { workers } = (await send(`${server.url}/api/fleet`)).json as { workers: { about: { rssBytes: number } }[] }
  return workers[0]!.about.rssBytes
}
/** Until the server's memory does not change any more. */
async function settled(): Promise<void> {
  let last = 0
  await until(async () => {
    const now = await memory()
    const still = Math.abs(now - last) < 1024 * 1024
    last = now
    return still
  })
}

const piece = 'x'.repeat(32 * 1024)

/** Says so many pieces, as fast as they are taken, and its last word when it may. */
function talk(pieces: number, end: Promise<void> = Promise.resolve()) {
  const progress = { done: false }
  async function* words() {
    for (let said = 0; said < pieces; said++) yield delta(piece)
    await end
    progress.done = true
    yield delta('', 'stop') + 'data: [DONE]\n\n'
  }
  answer = (_request, response) => pipeline(words, response)
  return progress
}

describe('a client that reads slowly', () => {
  it('holds up neither the model nor the agent, and gets the whole reply later, over HTTP', async () => {
    const progress = talk(100)
    const body = chatBody('Talk.', { id: 'slow' })
    const response = await open(`${server.url}/api/agents/assistant/chat`, { headers: json, body })
    response.pause()
    await until(async () => progress.done && (await inUse()) === 0)
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += part
    expect(answerIn(chunksOf(text)).length).toBe(100 * piece.length)
  })

  it('does the same over a WebSocket', async () => {
    const progress = talk(100)
    using client = await Client.open(server)
    client.socket.pause()
    client.turn('1', 'Talk.')
    await until(async () => progress.done && (await stats()).turns === 0)
    expect(await inUse()).toBe(0)
    client.socket.resume()
    expect(await client.outcome('1')).toEqual({ type: 'end', id: '1' })
    expect(client.answer('1').length).toBe(100 * piece.length)
  })

  it('does not fill the memory, however many of them there are and whatever they ask for', async () => {
    const user = someone()
    const ids = Array.from({ length: 8 }, (_, at) => `${at}`)
    using speaker = await Client.open(server, {}, user)
    const { promise: end, resolve } = Promise.withResolvers<void>()
    talk(100, end)
    const sessions = ids.map((id) => speaker.turn(id, 'Talk.'))
    await until(() => ids.every((id) => speaker.answer(id).length === 100 * piece.length))
    const readers = await Promise.all(Array.from({ length: 10 }, () => Client.open(server, {}, user)))
    const before = await memory()
    const read = (): void => {
      for (const reader of readers) {
        for (const [at, id] of ids.entries()) reader.say({ type: 'resume', id, sessionId: sessions[at] })
      }
    }
    for (const reader of readers) reader.socket.pause()
    read()
    await settled()
    // They would be sent 260 MB; a third of it lies in buffers of the system.
    expect((await memory()) - before).toBeLessThan(80 * 1024 * 1024)
    resolve()
    await Promise.all(ids.map((id) => speaker.outcome(id)))
    // The same as messages, again and again.
    for (let times = 0; times < 3; times++) read()
    await settled()
    expect((await memory()) - before).toBeLessThan(120 * 1024 * 1024)
    for (const reader of readers) reader[Symbol.dispose]()
  })

  it('does not keep a reply from being too long: it is cut off, and so is its model', async () => {
    const progress = talk(100_000)
    const reply = await chat(server, { text: 'Talk.' })
    expect(reply.chunks.at(-1)).toEqual({ type: 'error', errorText: 'The reply became too long, and was cut off.' })
    expect(reply.answer.length).toBeGreaterThan(4_000_000)
    expect(reply.answer.length).toBeLessThan(4.2 * 1024 * 1024)
    expect(progress.done).toBe(false)
    await until(async () => (await inUse()) === 0)
  })
})

describe('a server that stops', () => {
  it('sends the rest of a reply to a client that reads slowly, before it says goodbye', async () => {
    const progress = talk(100)
    const ids = ['1', '2', '3', '4', '5', '6']
    using client = await Client.open(server)
    client.socket.pause()
    // More than the buffers of the system take.
    for (const id of ids) client.turn(id, 'Talk.')
    await until(async () => progress.done && (await stats()).turns === 0)
    const stopped = server.stop()
    await until(() => server.stdout.includes('Stopping'))
    client.socket.resume()
    for (const id of ids) {
      expect(await client.outcome(id)).toEqual({ type: 'end', id })
      expect(client.answer(id).length).toBe(100 * piece.length)
    }
    expect(await stopped).toBe(0)
    expect(client.closed).toBe(1001)
  })
})
