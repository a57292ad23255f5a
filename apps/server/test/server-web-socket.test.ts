import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, send, servedIn } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { Client } from './web-socket-client.ts'

const quick = 'What is 12 * 7?'
/** Answered by an introduction of a hundred words. */
const long = 'Hello'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer({ env: { REKINDLE_OFFLINE_PACE_MS: '5' } })
})
afterAll(() => server[Symbol.asyncDispose]())

const stats = async () => (await send(`${server.url}/api/stats`)).json as { turns: number; agents: { inUse: number } }

describe('a WebSocket', () => {
  it('carries many turns, one after the other, each saying which tier served it', async () => {
    using client = await Client.open(server)
    for (const [id, source] of [
      ['1', 'build'],
      ['2', 'memory'],
      ['3', 'memory'],
    ] as const) {
      client.turn(id, quick)
      expect(await client.outcome(id)).toEqual({ type: 'end', id })
      expect(client.answer(id)).toBe('12 * 7 = 84')
      expect(client.served(id).source).toBe(source)
    }
    expect(client.messages.at(-1)).toEqual({ type: 'end', id: '3' })
  })

  it('streams the same chunks as the chat endpoint', async () => {
    using client = await Client.open(server)
    const reply = await chat(server)
    client.turn('1', quick)
    await client.outcome('1')
    expect(client.chunks('1').slice(1)).toEqual(reply.chunks.slice(1))
    expect(Object.keys(client.served('1'))).toEqual(Object.keys(servedIn(reply.chunks)))
  })

  it('knows its visitor by the cookie of the chat endpoint, and gives one to those who have none', async () => {
    using stranger = await Client.open(server)
    const cookie = stranger.handshake?.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    expect(cookie).toMatch(/^rekindle_visitor=/)
    stranger.turn('1', quick)
    await stranger.outcome('1')
    expect((await chat(server, { cookie })).served.source).toBe('memory')
    using known = await Client.open(server, { cookie })
    expect(known.handshake?.headers['set-cookie']).toBeUndefined()
    known.turn('1', quick)
    await known.outcome('1')
    expect(known.served('1').source).toBe('memory')
  })

  it('runs turns side by side, up to a limit', async () => {
    using client = await Client.open(server)
    const ids = Array.from({ length: 8 }, (_, index) => `turn-${index}`)
    for (const id of ids) client.turn(id, long, { agentId: ['assistant', 'planner'][ids.indexOf(id) % 2] })
    client.turn('one too many', quick)
    expect(await client.outcome('one too many')).toMatchObject({ type: 'error', error: { code: 'too-many-turns' } })
    for (const id of ids) expect((await client.outcome(id)).type).toBe('end')
    const answers = new Set(ids.map((id) => client.answer(id)))
    expect(answers.size).toBe(2)
    const firstEnd = client.messages.findIndex(({ type }) => type === 'end')
    const begun = new Set(client.messages.slice(0, firstEnd).map(({ id }) => id))
    expect(ids.filter((id) => begun.has(id))).toEqual(ids)
  })

  it('refuses a second turn of the same id, and lets the first one go on', async () => {
    using client = await Client.open(server)
    client.turn('1', long)
    client.turn('1', quick)
    expect(await client.outcome('1')).toMatchObject({ type: 'error', error: { code: 'duplicate-turn', path: 'id' } })
    await until(() => client.messages.some((message) => message.type === 'end'))
    expect(client.answer('1')).toContain('small offline model')
  })

  it('ends a turn that is cancelled, and only that one', async () => {
    using client = await Client.open(server)
    client.turn('stop', long)
    client.turn('go on', long)
    await until(() => client.answer('stop').length > 10)
    client.say({ type: 'cancel', id: 'stop' })
    expect(await client.outcome('stop')).toEqual({ type: 'end', id: 'stop' })
    expect(client.chunks('stop').at(-1)).toMatchObject({ type: 'abort' })
    expect((await client.outcome('go on')).type).toBe('end')
    expect(client.answer('go on').length).toBeGreaterThan(client.answer('stop').length)
    client.turn('stop', quick)
    await until(() => client.answer('stop').endsWith('84'))
  })

  it('holds a lease during a turn only', async () => {
    using client = await Client.open(server)
    client.turn('1', long)
    await until(() => client.chunks('1').length > 5)
    expect(await stats()).toMatchObject({ turns: 1, agents: { inUse: 1 } })
    await client.outcome('1')
    await until(async () => (await stats()).agents.inUse === 0)
    expect(client.socket.readyState).toBe(client.socket.OPEN)
  })
})
