import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UIMessage } from 'ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { beginTurn } from '../src/database/begin-turn.ts'
import type { BegunTurn, NewTurn } from '../src/database/begin-turn.ts'
import { endTurn } from '../src/database/end-turn.ts'
import type { EndedTurn } from '../src/database/end-turn.ts'
import { findMessage, readMessages } from '../src/database/messages.ts'
import { openDatabase } from '../src/database/open-database.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { deleteSession, findSession, listSessions, renameSession } from '../src/database/sessions.ts'
import { insertChunks, pruneTurns, readChunks } from '../src/database/turn-chunks.ts'
import { askedTurns, askTurn, beat, findRunningTurn, findTurn, giveUpTurn } from '../src/database/turns.ts'
import { startPostgres } from '../../../packages/rekindle/test/postgres-server.ts'
import type { PostgresServer } from '../../../packages/rekindle/test/postgres-server.ts'

let folder: string
let postgres: PostgresServer
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-turn-store-'))
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const hourMs = 3_600_000
const user = (id: string, text = id): UIMessage => ({ id, role: 'user', parts: [{ type: 'text', text }] })
const assistant = (id: string): UIMessage => ({ id, role: 'assistant', parts: [{ type: 'text', text: `reply ${id}` }] })
const idsOf = (messages: readonly UIMessage[]) => messages.map(({ id }) => id)

let files = 0
describe.each([
  ['SQLite', async () => ({ path: join(folder, `${++files}.sqlite`) })],
  ['PostgreSQL', async () => ({ url: await postgres.createDatabase(), path: 'unused' })],
])('turns in %s', (_name, place) => {
  let db: AppDatabase
  beforeAll(async () => {
    db = await openDatabase(await place())
  })
  afterAll(() => db.destroy())

  /** In each test others than in the one before. */
  let ann: { userId: string; sessionId: string }
  let bob: string
  let w: string
  let time: number
  let tests = 0
  beforeEach(() => {
    ann = { userId: `ann ${++tests}`, sessionId: 's' }
    bob = `bob ${tests}`
    w = `worker ${tests}`
    time = Date.UTC(2026, 2, 1)
  })
  const now = (): number => (time += 1_000)

  function begin(turnId: string, more: Partial<NewTurn> = {}): Promise<BegunTurn> {
    const said = { kind: 'message', message: user(`u-${turnId}`) } as const
    const rest = { agentId: 'assistant', reasoning: 'default', replyId: `a-${turnId}`, worker: w, turnsPerMinute: 100 }
    return beginTurn(db, { ...ann, turnId, said, ...rest, ...more }, now)
  }
  async function begun(turnId: string, more?: Partial<NewTurn>) {
    const turn = await begin(turnId, more)
    if (turn.kind !== 'begun') throw new Error('It was begun before.')
    return turn
  }
  function end(turnId: string, position: number, more: Partial<EndedTurn> = {}): Promise<boolean> {
    const reply = assistant(`a-${turnId}`)
    return endTurn(db, { ...ann, turnId, worker: w, state: 'done', reply, position, unread: () => [], ...more }, now)
  }
  const turnOf = async (turnId: string) => (await findTurn(db, { ...ann, turnId }))?.state
  const silence = (ms: number) =>
    db
      .updateTable('turns')
      .where('user_id', '=', ann.userId)
      .set((of) => ({ beat_at: of('beat_at', '-', ms) }))
      .execute()

  it('make a session, and give the model what was said in it', async () => {
    expect(await begin('1')).toEqual({ kind: 'begun', history: [user('u-1')], position: 1 })
    expect(await findSession(db, ann)).toEqual({
      id: 's',
      agentId: 'assistant',
      title: 'u-1',
      createdAt: '2026-03-01T00:00:01.000Z',
      updatedAt: '2026-03-01T00:00:01.000Z',
      running: '1',
    })
    expect(await end('1', 1)).toBe(true)
    const { history, position } = await begun('2', { agentId: 'planner' })
    expect(history).toEqual([user('u-1'), assistant('a-1'), user('u-2')])
    expect(position).toBe(3)
    expect(await findSession(db, ann)).toMatchObject({ agentId: 'planner', title: 'u-1', running: '2' })
  })

  it('run one at a time in a session, and side by side in others and for others', async () => {
    await begin('1')
    await expect(begin('2')).rejects.toMatchObject({ problem: { status: 409, code: 'turn-running' } })
    expect(idsOf((await readMessages(db, ann)).messages)).toEqual(['u-1'])
    expect((await begin('2', { sessionId: 'other' })).kind).toBe('begun')
    // Under the same names, another user's is another session.
    expect(await begin('1', { userId: bob, said: { kind: 'message', message: user('bob’s') } })).toEqual({
      kind: 'begun',
      history: [user('bob’s')],
      position: 1,
    })
    expect(idsOf((await readMessages(db, { ...ann, userId: bob })).messages)).toEqual(['bob’s'])
    expect(await findMessage(db, ann, 'bob’s')).toBeUndefined()
  })

  it('run once when many say at once that they begin', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => begin(`${at}`)))
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refused = attempts.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []))
    for (const error of refused) expect(error).toMatchObject({ problem: { code: 'turn-running' } })
    expect((await readMessages(db, ann)).messages).toHaveLength(1)
  })

  it('are begun once, however often that is said', async () => {
    const same = await Promise.all(Array.from({ length: 4 }, (_, at) => begin('1', { replyId: `a-${at}` })))
    expect(same.filter(({ kind }) => kind === 'begun')).toHaveLength(1)
    const [known] = same.filter(({ kind }) => kind === 'known')
    const { replyId } = (await findTurn(db, { ...ann, turnId: '1' }))!
    expect(known).toEqual({ kind: 'known', state: 'running', replyId })
    await end('1', 1)
    expect(await begin('1')).toEqual({ kind: 'known', state: 'done', replyId })
    expect((await readMessages(db, ann)).messages).toHaveLength(2)
  })

  it('drop what a message takes the place of, and what followed it', async () => {
    for (const [at, turn] of ['1', '2'].entries()) {
      await begin(turn)
      await end(turn, 2 * at + 1)
    }
    const { history } = await begun('3', { said: { kind: 'message', message: user('u-1', 'in other words') } })
    expect(history).toEqual([user('u-1', 'in other words')])
    expect((await readMessages(db, ann)).messages).toEqual([user('u-1', 'in other words')])
  })

  it('give a reply again', async () => {
    await begin('1')
    await end('1', 1)
    const { history, position } = await begun('2', { said: { kind: 'again', messageId: 'a-1' } })
    expect(history).toEqual([user('u-1')])
    await end('2', position)
    expect(idsOf((await readMessages(db, ann)).messages)).toEqual(['u-1', 'a-2'])
  })

  it('leave nothing behind when there is nothing to give again', async () => {
    const again = begin('1', { said: { kind: 'again', messageId: undefined } })
    await expect(again).rejects.toMatchObject({ problem: { status: 404, code: 'message-not-found' } })
    expect(await findSession(db, ann)).toBeUndefined()
    expect(await turnOf('1')).toBeUndefined()
  })

  it('are refused beyond so many of one user in a minute', async () => {
    for (const sessionId of ['a', 'b']) await begin('1', { sessionId, turnsPerMinute: 2 })
    const third = begin('1', { sessionId: 'c', turnsPerMinute: 2 })
    await expect(third).rejects.toMatchObject({ problem: { status: 429, code: 'too-many-turns' } })
    expect(await findSession(db, { ...ann, sessionId: 'c' })).toBeUndefined()
    expect((await begin('1', { userId: bob, turnsPerMinute: 2 })).kind).toBe('begun')
    await db
      .updateTable('turns')
      .where('user_id', '=', ann.userId)
      .set((of) => ({ started_at: of('started_at', '-', 61_000) }))
      .execute()
    expect((await begin('1', { sessionId: 'c', turnsPerMinute: 2 })).kind).toBe('begun')
  })

  it('are refused in a conversation that has become too long', async () => {
    const long = { kind: 'message', message: user('long', 'x'.repeat(6_000_000)) } as const
    await begin('1', { said: long })
    await end('1', 1)
    const more = begin('2', { said: { kind: 'message', message: user('more', 'x'.repeat(3_000_000)) } })
    await expect(more).rejects.toMatchObject({ problem: { status: 413, code: 'conversation-too-long' } })
    expect((await begin('3')).kind).toBe('begun')
  })

  it('that say nothing leave the session to the next one', async () => {
    await begin('1')
    await end('1', 1, { state: 'failed', reply: undefined })
    expect(await turnOf('1')).toBe('failed')
    const { history, position } = await begun('2')
    expect(idsOf(history)).toEqual(['u-1', 'u-2'])
    expect(position).toBe(2)
  })

  it('of a worker that has died are lost after ten seconds, and not before', async () => {
    await begin('1')
    await silence(9_000)
    expect(await turnOf('1')).toBe('running')
    await expect(begin('2')).rejects.toMatchObject({ problem: { code: 'turn-running' } })
    await silence(2_000)
    expect(await turnOf('1')).toBe('lost')
    expect(await findRunningTurn(db, ann)).toBeUndefined()
    expect((await findSession(db, ann))?.running).toBeNull()
    // The same message, in another turn: it is there once.
    const { history } = await begun('2', { said: { kind: 'message', message: user('u-1') } })
    expect(history).toEqual([user('u-1')])
    expect(await turnOf('1')).toBe('lost')
    // The worker was alive after all, but late.
    expect(await end('1', 1)).toBe(false)
    expect(idsOf((await readMessages(db, ann)).messages)).toEqual(['u-1'])
  })

  it('stay alive while their worker says so', async () => {
    await begin('1')
    await silence(hourMs)
    expect(await beat(db, w)).toEqual([{ ...ann, turnId: '1', askedTo: null }])
    expect(await turnOf('1')).toBe('running')
    await giveUpTurn(db, { ...ann, turnId: '1' })
    expect(await beat(db, w)).toEqual([])
  })

  it('are asked for their chunks and to be cancelled, and cancelling stands', async () => {
    const turn = { ...ann, turnId: '1' }
    await begin('1')
    await begin('2', { sessionId: 'other' })
    expect(await askedTurns(db, w)).toEqual([])
    expect(await askTurn(db, turn, 'relay')).toBe(true)
    expect(await askedTurns(db, w)).toEqual([{ ...turn, askedTo: 'relay' }])
    expect(await askTurn(db, turn, 'cancel')).toBe(true)
    expect(await askTurn(db, turn, 'relay')).toBe(true)
    expect(await askedTurns(db, w)).toEqual([{ ...turn, askedTo: 'cancel' }])
    expect(await askedTurns(db, 'another')).toEqual([])
    await end('1', 1)
    expect(await askTurn(db, turn, 'relay')).toBe(false)
  })

  it('leave the rest of their chunks to who has asked for them, together with the end', async () => {
    const turn = { ...ann, turnId: '1' }
    const first = { position: 0, chunks: [{ type: 'start' as const }] }
    const rest = { position: 1, chunks: [{ type: 'finish' as const }] }
    await begin('1')
    await askTurn(db, turn, 'relay')
    await insertChunks(db, [{ ...turn, batches: [first] }])
    // The first batch again: its writer did not hear that it had arrived.
    await end('1', 1, { unread: () => [first, rest] })
    expect(await readChunks(db, turn, 0)).toEqual([first.chunks, rest.chunks])
    expect(await readChunks(db, turn, 1)).toEqual([rest.chunks])
    await begin('2')
    await end('2', 3, { unread: () => [first] })
    expect(await readChunks(db, { ...ann, turnId: '2' }, 0)).toEqual([])
  })

  it('are forgotten in time: the chunks after a minute, the rest after a day, what runs never', async () => {
    const turn = { ...ann, turnId: '1' }
    await begin('1')
    await insertChunks(db, [{ ...turn, batches: [{ position: 0, chunks: [] }] }])
    await end('1', 1)
    await begin('2')
    await pruneTurns(db)
    expect(await readChunks(db, turn, 0)).toHaveLength(1)
    await silence(61_000)
    await pruneTurns(db)
    expect(await readChunks(db, turn, 0)).toHaveLength(0)
    expect(await turnOf('1')).toBe('done')
    await db
      .updateTable('turns')
      .where('user_id', '=', ann.userId)
      .set((of) => ({ started_at: of('started_at', '-', 25 * hourMs) }))
      .execute()
    await beat(db, w)
    await pruneTurns(db)
    expect([await turnOf('1'), await turnOf('2')]).toEqual([undefined, 'running'])
  })

  it('end with their session', async () => {
    await begin('1')
    expect(await deleteSession(db, { ...ann, userId: bob })).toBe(false)
    expect(await deleteSession(db, ann)).toBe(true)
    expect(await deleteSession(db, ann)).toBe(false)
    expect(await beat(db, w)).toEqual([])
    expect(await end('1', 1)).toBe(false)
    expect(await findMessage(db, ann, 'a-1')).toBeUndefined()
  })

  it('order the list of their user’s sessions, page by page', async () => {
    const sessionIds = ['a', 'b', 'c', 'd', 'e']
    for (const sessionId of sessionIds) await begin('1', { sessionId })
    await begin('1', { userId: bob })
    // Two at the same time.
    await db
      .updateTable('sessions')
      .set({ updated_at: '2026-03-01T00:00:02.000Z' })
      .where('user_id', '=', ann.userId)
      .where('id', 'in', ['a', 'b'])
      .execute()
    await end('1', 1, { sessionId: 'c' })
    const seen: string[] = []
    for (let after: Awaited<ReturnType<typeof listSessions>>[number] | undefined; ;) {
      const page = await listSessions(db, ann.userId, { after, limit: 2 })
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)
      if (after === undefined) break
    }
    expect(seen).toEqual(['c', 'e', 'd', 'b', 'a'])
    expect(await renameSession(db, { ...ann, sessionId: 'a' }, 'Another')).toBe(true)
    expect(await renameSession(db, { userId: bob, sessionId: 'a' }, 'Mine')).toBe(false)
    expect((await findSession(db, { ...ann, sessionId: 'a' }))?.title).toBe('Another')
  })

  it('keep whatever text is said', async () => {
    const strange = user('u\ud83d', `NUL \u0000, half \ud83d, quotes ' " \\, newline \n`)
    await begin('1', { said: { kind: 'message', message: { ...strange, id: 'u' } } })
    expect((await readMessages(db, ann)).messages[0]?.parts).toEqual(strange.parts)
  })
})
