import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UIMessage } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src/database/open-database.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'
import { answerIn, chunksOf, send, someone, userMessage } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { Client } from './web-socket-client.ts'

/** Answered by an introduction of a hundred words: at 12 ms a word there is time to do something meanwhile. */
const long = 'Hello'
const quick = 'What is 12 * 7?'

let postgres: PostgresServer
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres?.[Symbol.asyncDispose]())

/** Which worker a connection has come to. */
async function workerOf(client: Client): Promise<number> {
  const id = `whose ${client.messages.length}`
  client.turn(id, quick)
  await client.outcome(id)
  return client.served(id).worker
}

describe.each(['SQLite', 'PostgreSQL'])('a turn that outlives its connection, with %s', (database) => {
  let server: ServerProcess
  let url: string | undefined
  const dataDir = mkdtempSync(join(tmpdir(), 'rekindle-resume-'))
  const start = (): Promise<ServerProcess> => {
    const env = { REKINDLE_WORKERS: '2', REKINDLE_OFFLINE_PACE_MS: '12', ...(url !== undefined && { DATABASE_URL: url }) }
    return startServer({ env, dataDir })
  }
  beforeAll(async () => {
    url = database === 'PostgreSQL' ? await postgres.createDatabase() : undefined
    server = await start()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    rmSync(dataDir, { recursive: true, force: true })
  })

  /** Two connections of one user, to two workers. */
  async function apart(user: string): Promise<[Client, Client]> {
    const here = await Client.open(server, {}, user)
    const worker = await workerOf(here)
    for (;;) {
      const there = await Client.open(server, {}, user)
      if ((await workerOf(there)) !== worker) return [here, there]
      there[Symbol.dispose]()
    }
  }
  const messagesOf = async (user: string, sessionId: string) => {
    const reply = await send(`${server.url}/api/sessions/${sessionId}`, { user })
    return reply.json['messages'] as UIMessage[]
  }
  const textIn = (message: UIMessage | undefined) =>
    message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

  it('is read from its beginning, in the same worker and in another, by as many as like', async () => {
    const user = someone()
    const [here, there] = await apart(user)
    const sessionId = here.turn('1', long)
    await until(() => here.answer('1').length > 20)
    here[Symbol.dispose]()
    using back = await Client.open(server, {}, user)
    using elsewhere = there
    for (const client of [back, elsewhere]) client.say({ type: 'resume', id: '1', sessionId })
    // Said again, it is no second turn.
    using again = await Client.open(server, {}, user)
    again.turn('1', long, { sessionId })
    for (const client of [back, elsewhere, again]) {
      expect(await client.outcome('1')).toEqual({ type: 'end', id: '1' })
      expect(client.chunks('1')[0]).toMatchObject({ type: 'start' })
      expect(client.chunks('1').at(-1)).toMatchObject({ type: 'finish' })
    }
    const messages = await messagesOf(user, sessionId)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    const answers = [back, elsewhere, again].map((client) => client.answer('1'))
    expect(new Set([...answers, textIn(messages[1])]).size).toBe(1)
    // In pieces as it was made, not all at once when it had ended.
    expect(elsewhere.chunks('1').filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(3)
  })

  it('is a message when it has ended, in any worker', async () => {
    const user = someone()
    for (const client of await apart(user)) {
      using each = client
      const sessionId = each.turn('1', quick)
      await each.outcome('1')
      using other = await Client.open(server, {}, user)
      other.say({ type: 'resume', id: '1', sessionId })
      expect(await other.outcome('1')).toEqual({ type: 'end', id: '1' })
      const [, message] = await messagesOf(user, sessionId)
      expect(other.said('1')[0]).toEqual({ type: 'reply', id: '1', message })
      expect(textIn(message)).toBe('12 * 7 = 84')
    }
  })

  it('is cancelled from another connection and another worker, and what was said is kept', async () => {
    const user = someone()
    const [here, there] = await apart(user)
    using running = here
    using canceller = there
    const sessionId = running.turn('1', long)
    await until(() => running.answer('1').length > 20)
    canceller.say({ type: 'cancel', id: '1', sessionId })
    // The session goes on in the other worker, as soon as the first turn has left it.
    canceller.turn('2', quick, { sessionId })
    expect(await running.outcome('1')).toEqual({ type: 'end', id: '1' })
    expect(running.chunks('1').at(-1)).toMatchObject({ type: 'abort' })
    expect(await canceller.outcome('2')).toEqual({ type: 'end', id: '2' })
    expect(canceller.answer('2')).toBe('12 * 7 = 84')
    const [, reply, ...next] = await messagesOf(user, sessionId)
    expect(textIn(reply)).toBe(running.answer('1'))
    expect(reply?.metadata).toMatchObject({ rekindle: { ended: 'cancelled' } })
    expect(next).toHaveLength(2)
  })

  it('cannot be read, cancelled or gone on with by anybody else', async () => {
    const user = someone()
    using own = await Client.open(server, {}, user)
    using other = await Client.open(server)
    const sessionId = own.turn('1', long)
    await until(() => own.chunks('1').length > 5)
    other.say({ type: 'cancel', id: '1', sessionId })
    other.say({ type: 'resume', id: '1', sessionId })
    expect(await other.outcome('1')).toMatchObject({ type: 'error', error: { code: 'turn-not-found' } })
    const admin = someone('admin')
    expect((await send(`${server.url}/api/sessions/${sessionId}/cancel`, { method: 'POST', user: admin })).status).toBe(404)
    // Under the same name, it is another session.
    other.turn('1', quick, { sessionId })
    await until(() => other.answer('1') === '12 * 7 = 84')
    expect(await own.outcome('1')).toEqual({ type: 'end', id: '1' })
    expect(own.chunks('1').at(-1)).toMatchObject({ type: 'finish' })
  })

  it('is found by who asks for the stream of its session, over HTTP and in any worker', async () => {
    const user = someone()
    const [here, there] = await apart(user)
    using running = here
    using _ = there
    const sessionId = running.turn('1', long)
    const stream = `${server.url}/api/agents/assistant/chat/${sessionId}/stream`
    expect((await send(stream, { user: someone() })).status).toBe(204)
    await until(() => running.chunks('1').length > 5)
    // Connections go to one worker after the other.
    const replies = await Promise.all([send(stream, { user }), send(stream, { user }), send(stream, { user })])
    await running.outcome('1')
    for (const { text } of replies) {
      expect(answerIn(chunksOf(text))).toBe(running.answer('1'))
      expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
    }
    expect((await send(stream, { user })).status).toBe(204)
  })

  it('ends with its session, whichever worker deletes that', async () => {
    const user = someone()
    const [here, there] = await apart(user)
    using running = here
    using _ = there
    const ids = ['1', '2'] as const
    const sessions = ids.map((id) => `${server.url}/api/sessions/${running.turn(id, long)}`)
    await until(() => ids.every((id) => running.chunks(id).length > 5))
    // Over connections that go to one worker after the other.
    for (const session of sessions) expect((await send(session, { method: 'DELETE', user })).status).toBe(204)
    for (const id of ids) {
      await running.outcome(id)
      expect(running.chunks(id).at(-1)).toMatchObject({ type: 'abort' })
    }
    for (const session of sessions) expect((await send(session, { user })).status).toBe(404)
  })

  it('is lost with its worker, and said to be; the conversation goes on', async () => {
    const user = someone()
    const [here, there] = await apart(user)
    using dying = here
    using other = there
    const message = userMessage(long)
    const sessionId = dying.turn('1', long, { message })
    await until(() => dying.answer('1').length > 20)
    other.say({ type: 'resume', id: '1', sessionId })
    await until(() => other.answer('1').length > 20)
    process.kill(dying.served('1').worker, 'SIGKILL')
    // Ten seconds later, as the database sees it.
    const db = await openDatabase({ url, path: join(dataDir, 'agents.sqlite'), maxConnections: 1 })
    await until(() => dying.closed !== undefined)
    await db.updateTable('turns').set({ beat_at: 0 }).where('session_id', '=', sessionId).execute()
    await db.destroy()
    expect(await other.outcome('1')).toMatchObject({ type: 'error', error: { code: 'turn-lost' } })
    other.turn('1', long, { sessionId, message })
    await until(() => other.said('1').length === 2)
    expect(other.said('1')[1]).toMatchObject({ type: 'error', error: { code: 'turn-lost' } })
    other.turn('2', long, { sessionId, message })
    expect(await other.outcome('2')).toEqual({ type: 'end', id: '2' })
    const messages = await messagesOf(user, sessionId)
    expect(messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(messages[0]?.id).toBe(message.id)
  })

  it('is finished by a server that stops, said to its end, and found by who comes back to the next one', async () => {
    const user = someone()
    // By then the worker that took the place of the dead one is there.
    const [there, leaving] = await apart(user)
    using staying = there
    const sessions = [staying.turn('1', long), leaving.turn('1', long)]
    await until(() => staying.answer('1').length > 20 && leaving.answer('1').length > 20)
    leaving[Symbol.dispose]()
    expect(await server.stop()).toBe(0)
    expect(staying.closed).toBe(1001)
    expect(staying.messages.at(-1)).toEqual({ type: 'end', id: '1' })
    server = await start()
    using back = await Client.open(server, {}, user)
    for (const sessionId of sessions) {
      back.messages.splice(0)
      back.say({ type: 'resume', id: '1', sessionId })
      await back.outcome('1')
      const [reply] = back.said('1')
      expect(reply).toMatchObject({ type: 'reply', message: { role: 'assistant' } })
      expect(textIn((reply as { message: UIMessage }).message)).toBe(staying.answer('1'))
    }
  })
})
