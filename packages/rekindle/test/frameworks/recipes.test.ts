import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PacedModel } from './paced-model.ts'
import { drainMs, RecipeServer } from './recipe-server.ts'

let model: PacedModel
beforeAll(async () => {
  model = await PacedModel.start()
})
afterAll(() => model[Symbol.asyncDispose]())

const ann = 'Bearer token-of-ann'
const bob = 'Bearer token-of-bob'

interface Asked {
  readonly by?: string
  readonly agent?: string
  readonly prompt?: string
  readonly body?: string
  readonly signal?: AbortSignal
}

/** Over a connection of its own, which ends with its reply. */
async function ask(
  server: RecipeServer,
  { by, agent = 'support', prompt = 'Hello', body, signal }: Asked,
): Promise<IncomingMessage> {
  const sent = request(`${server.address}/agents/${agent}/chat`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', ...(by !== undefined && { authorization: by }) },
    ...(signal !== undefined && { signal }),
  })
  sent.end(body ?? JSON.stringify({ sessionId: 's-1', prompt }))
  const [reply] = (await once(sent, 'response')) as [IncomingMessage]
  return reply
}

/** A reply that has begun, whose first words have arrived. */
async function begun(server: RecipeServer, signal?: AbortSignal) {
  const [reply, held] = await Promise.all([ask(server, { by: ann, prompt: 'hold', ...(signal && { signal }) }), model.held()])
  const [first] = (await once(reply.setEncoding('utf8'), 'data')) as [string]
  expect(first).toBe('Begun ')
  return { reply, held }
}

const exits = { code: 0, signal: null }
/** Nest ends itself with the signal, once all is closed. */
const killed = { code: null, signal: 'SIGTERM' }

describe.each([
  ['fastify', exits],
  ['express', exits],
  ['hono', exits],
  ['nextjs', exits],
  ['nestjs', killed],
])('the recipe for %s', (name, end) => {
  let server: RecipeServer
  beforeAll(async () => {
    server = await RecipeServer.start(name, model.baseURL)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  it('builds an agent, then has it in memory, and gives another user of the same session another, from the same config', async () => {
    const served: unknown[] = []
    for (const by of [ann, ann, bob, bob]) {
      const reply = await ask(server, { by })
      expect([reply.statusCode, await text(reply)]).toEqual([200, 'You said: Hello'])
      served.push(reply.headers['x-served-from'])
    }
    expect(served).toEqual(['build', 'memory', 'config', 'memory'])
  })

  it.each([
    ['somebody who does not say who they are', { body: '{"sessionId":"s-1","prompt":"Hello","userId":"ann"}' }, 401],
    ['a body that is no question', { by: ann, body: '{"prompt":1}' }, 400],
    ['a body that is no JSON', { by: ann, body: '{' }, 400],
    ['an agent that does not exist', { by: ann, agent: 'nobody' }, 404],
    ['a session whose id is too long', { by: ann, body: JSON.stringify({ sessionId: 's'.repeat(9_000), prompt: 'Hello' }) }, 400],
  ])('answers %s with the right status, and nothing of its inside', async (_who, asked, status) => {
    const reply = await ask(server, asked)
    expect(reply.statusCode).toBe(status)
    expect(await text(reply)).not.toMatch(/node_modules|\.ts:/)
  })

  it('says so when the model fails, and cuts a reply that has begun', async () => {
    const failed = await ask(server, { by: ann, prompt: 'fail' })
    expect([failed.statusCode, await text(failed)]).toEqual([500, '{"error":"The server failed to do this."}'])
    const { reply, held } = await begun(server)
    held.lose()
    await expect(text(reply)).rejects.toThrow('aborted')
  })

  it('gives up the call of the model when the client goes', async () => {
    const client = new AbortController()
    const { reply, held } = await begun(server, client.signal)
    reply.on('error', () => {})
    client.abort()
    expect(await held.ended).toBe(false)
  })

  it('lets a reply in progress end after SIGTERM, cuts what takes longer than its drain, and ends', async () => {
    const ending = await begun(server)
    const endless = await begun(server)
    const stopped = server.stop()
    ending.held.finish()
    expect(await text(ending.reply)).toBe('and done.')
    await expect(text(endless.reply)).rejects.toThrow('aborted')
    expect(await endless.held.ended).toBe(false)
    const { ms, ...how } = await stopped
    expect(how).toEqual(end)
    expect(ms).toBeLessThan(drainMs + 2_000)
  })
})

describe('the recipe for ws', () => {
  let server: RecipeServer
  beforeAll(async () => {
    server = await RecipeServer.start('ws', model.baseURL)
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  it('builds an agent, then has it in memory, and gives another user of the same session another, from the same config', async () => {
    const served: unknown[] = []
    for (const by of [ann, bob]) {
      await using client = await Client.open(server, by)
      for (let turn = 0; turn < 2; turn++) {
        client.say('Hello')
        const { servedFrom, said } = await client.reply()
        expect(said).toBe('You said: Hello')
        served.push(servedFrom)
      }
    }
    expect(served).toEqual(['build', 'memory', 'config', 'memory'])
  })

  it('opens no socket for who does not say who they are', async () => {
    await expect(Client.open(server, 'Bearer nothing')).rejects.toThrow('not opened')
  })

  it('tells who asks for an agent that does not exist: 404; and who asks while a turn is running: 409', async () => {
    await using lost = await Client.open(server, ann, 'nobody')
    lost.say('Hello')
    expect(await lost.next()).toMatchObject({ type: 'error', status: 404 })
    await using hasty = await Client.open(server, ann)
    hasty.say('hold')
    const held = await model.held()
    hasty.say('Hello')
    expect(await hasty.next()).toMatchObject({ type: 'start' })
    expect(await hasty.untilError()).toMatchObject({ status: 409 })
    held.finish()
    expect(await hasty.rest()).toContain('and done.')
  })

  it('gives up the call of the model when the client goes', async () => {
    const client = await Client.open(server, ann)
    client.say('hold')
    const held = await model.held()
    await client[Symbol.asyncDispose]()
    expect(await held.ended).toBe(false)
  })

  it('lets a turn in progress end after SIGTERM, cuts what takes longer than its drain, and ends', async () => {
    const [ending, endless] = [await Client.open(server, ann), await Client.open(server, bob)]
    ending.say('hold')
    const first = await model.held()
    endless.say('hold')
    const second = await model.held()
    const stopped = server.stop()
    first.finish()
    expect(await ending.rest()).toBe('Begun and done.')
    expect(await Promise.all([ending.closed, endless.closed])).toEqual([1001, 1001])
    expect(await second.ended).toBe(false)
    const { ms, ...how } = await stopped
    expect(how).toEqual(exits)
    expect(ms).toBeLessThan(drainMs + 2_000)
  })
})

interface Message {
  readonly type: 'start' | 'text' | 'end' | 'error'
  readonly text?: string
  readonly servedFrom?: string
  readonly status?: number
}

/** What a program does with such a socket. */
class Client implements AsyncDisposable {
  /** The code that it was closed with. */
  readonly closed: Promise<number>
  readonly #socket: WebSocket
  readonly #messages: Message[] = []
  #arrived = Promise.withResolvers<void>()

  private constructor(socket: WebSocket) {
    this.#socket = socket
    this.closed = new Promise((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
    socket.addEventListener('message', ({ data }) => {
      this.#messages.push(JSON.parse(String(data)) as Message)
      this.#arrived.resolve()
    })
  }

  static async open(server: RecipeServer, authorization: string, agent = 'support'): Promise<Client> {
    const url = `${server.address}/agents/${agent}/sessions/s-1`
    const socket = new WebSocket(url, { headers: { authorization } } as never)
    const client = new Client(socket)
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => resolve())
      socket.addEventListener('error', () => reject(new Error('not opened')))
    })
    return client
  }

  say(prompt: string): void {
    this.#socket.send(prompt)
  }

  async next(): Promise<Message> {
    while (this.#messages.length === 0) {
      await this.#arrived.promise
      this.#arrived = Promise.withResolvers()
    }
    return this.#messages.shift()!
  }

  async untilError(): Promise<Message> {
    for (;;) {
      const message = await this.next()
      if (message.type === 'error') return message
    }
  }

  /** What is said until the turn ends. */
  async rest(): Promise<string> {
    let said = ''
    for (;;) {
      const message = await this.next()
      if (message.type === 'end') return said
      said += message.text ?? ''
    }
  }

  async reply(): Promise<{ readonly servedFrom: string | undefined; readonly said: string }> {
    const { servedFrom } = await this.next()
    return { servedFrom, said: await this.rest() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close()
    await this.closed
  }
}
