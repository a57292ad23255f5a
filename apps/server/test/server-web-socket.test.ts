import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { edit } from './editing-client.ts'
import { answerIn, chat, send, servedIn } from './http-client.ts'
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

  it('is of the same user as the chat endpoint', async () => {
    using client = await Client.open(server, {}, 'alice:user')
    client.turn('1', quick)
    await client.outcome('1')
    expect((await chat(server, { user: 'alice:user' })).served.source).toBe('memory')
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
    const begun = new Set(client.messages.slice(0, firstEnd).map((message) => 'id' in message && message.id))
    expect(ids.filter((id) => begun.has(id))).toEqual(ids)
  })

  it('takes a turn that is said again for the same one, and begins to send its reply anew', async () => {
    using client = await Client.open(server)
    const sessionId = client.turn('1', long)
    await until(() => client.chunks('1').length > 5)
    client.turn('1', long, { sessionId })
    await client.outcome('1')
    const chunks = client.chunks('1')
    const [first, again] = chunks.flatMap(({ type }, at) => (type === 'start' ? [at] : []))
    expect(first).toBe(0)
    const whole = answerIn(chunks.slice(again))
    expect(whole).toContain('small offline model')
    expect(whole.startsWith(answerIn(chunks.slice(0, again)))).toBe(true)
    expect(client.said('1')).toEqual([{ type: 'end', id: '1' }])
  })

  it('keeps sessions apart whose turns have the same id', async () => {
    using client = await Client.open(server)
    client.turn('1', long)
    client.turn('1', quick)
    await until(() => client.said('1').length === 2)
    expect(client.said('1')).toEqual([
      { type: 'error', id: '1', error: expect.objectContaining({ code: 'duplicate-turn', path: 'id' }) as object },
      { type: 'end', id: '1' },
    ])
    expect(client.answer('1')).toContain('small offline model')
    client.turn('1', quick)
    await until(() => client.answer('1').endsWith('12 * 7 = 84'))
  })

  it('begins the next turn of a session when the one that was cancelled has left it', async () => {
    using client = await Client.open(server)
    const sessionId = client.turn('1', long)
    await until(() => client.chunks('1').length > 5)
    client.say({ type: 'cancel', id: '1' })
    client.turn('2', quick, { sessionId })
    expect(await client.outcome('2')).toEqual({ type: 'end', id: '2' })
    expect(client.answer('2')).toBe('12 * 7 = 84')
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

  it('gives a reply again', async () => {
    using client = await Client.open(server)
    const sessionId = client.turn('1', quick)
    await client.outcome('1')
    const [start] = client.chunks('1')
    const replyId = start?.type === 'start' ? start.messageId : undefined
    client.turn('2', '', { sessionId, message: undefined, regenerate: replyId })
    expect(await client.outcome('2')).toEqual({ type: 'end', id: '2' })
    expect(client.answer('2')).toBe('12 * 7 = 84')
    client.turn('3', '', { sessionId, message: undefined, regenerate: replyId })
    expect(await client.outcome('3')).toMatchObject({ type: 'error', error: { code: 'message-not-found' } })
  })

  it('has the next turn of a session served by the agent as it is after an edit, and lets the running one end as it began', async () => {
    using client = await Client.open(server, {}, 'editor:admin')
    const sessionId = client.turn('before', long)
    await until(() => client.chunks('before').length > 5)
    const { confirmed } = (await edit(server, { instructions: 'Speak of herrings.' })).json
    expect(confirmed).toBe(true)
    expect(await client.outcome('before')).toEqual({ type: 'end', id: 'before' })
    expect(client.answer('before')).not.toContain('herrings')
    client.turn('after', long, { sessionId })
    expect(await client.outcome('after')).toEqual({ type: 'end', id: 'after' })
    expect(client.answer('after')).toContain('Speak of herrings.')
    expect(client.served('after')).toMatchObject({ source: 'build', reason: 'invalidated' })
    expect(client.served('after').fingerprint).not.toBe(client.served('before').fingerprint)
  })

  it('answers a ping', async () => {
    using client = await Client.open(server)
    client.say({ type: 'ping' })
    expect(await client.nextError(0)).toEqual({ type: 'pong' })
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
