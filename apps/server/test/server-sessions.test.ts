import { Chat } from '@ai-sdk/react'
import { DefaultChatTransport } from 'ai'
import type { UIMessage } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, chatBody, identified, json, send, someone } from './http-client.ts'
import type { RequestOptions } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  const env = { REKINDLE_WORKERS: '2', REKINDLE_OFFLINE_PACE_MS: '8', REKINDLE_TURNS_PER_MINUTE: '12' }
  server = await startServer({ env })
})
afterAll(() => server[Symbol.asyncDispose]())

interface Session {
  readonly id: string
  readonly title: string
  readonly running: string | null
}
const at = (path: string, options: RequestOptions) => send(`${server.url}/api/sessions${path}`, options)
const textOf = (message: UIMessage | undefined) => message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

/** A conversation as a page holds it with `useChat`. */
function chatOf(user: string, id: string, messages: UIMessage[] = []): Chat<UIMessage> {
  const api = `${server.url}/api/agents/assistant/chat`
  return new Chat<UIMessage>({ id, messages, transport: new DefaultChatTransport({ api, headers: identified({}, user) }) })
}
const kept = async (user: string, id: string) => (await at(`/${id}`, { user })).json['messages'] as UIMessage[]

describe('useChat of the AI SDK', () => {
  it('stops a reply, of which is kept what was said, and goes on', async () => {
    const user = someone()
    const page = chatOf(user, 'stopped')
    const sending = page.sendMessage({ text: 'Hello' })
    await until(() => (textOf(page.lastMessage)?.length ?? 0) > 20 && page.lastMessage?.role === 'assistant')
    await page.stop()
    await sending
    await page.sendMessage({ text: 'What is 12 * 7?' })
    expect(page.error).toBeUndefined()
    expect(textOf(page.lastMessage)).toBe('12 * 7 = 84')
    const messages = await kept(user, 'stopped')
    expect(messages.map(({ id, role }) => [id, role])).toEqual(page.messages.map(({ id, role }) => [id, role]))
    expect(messages[1]?.metadata).toMatchObject({ rekindle: { ended: 'cancelled' } })
    expect(textOf(messages[1])).toContain(textOf(page.messages[1]))
  })

  it('has replies given again, the last and an earlier one, and messages said in other words', async () => {
    const user = someone()
    const page = chatOf(user, 'again')
    await page.sendMessage({ text: 'What is 12 * 7?' })
    await page.sendMessage({ text: 'What is 1 + 1?' })
    const same = async () => {
      expect(page.error).toBeUndefined()
      expect(await kept(user, 'again')).toEqual(JSON.parse(JSON.stringify(page.messages)))
    }
    await same()
    const [, , , last] = page.messages
    await page.regenerate()
    expect(page.lastMessage?.id).not.toBe(last?.id)
    await same()
    await page.regenerate({ messageId: page.messages[1]!.id })
    expect(page.messages).toHaveLength(2)
    await same()
    await page.sendMessage({ text: 'What is 2 + 2?', messageId: page.messages[0]!.id })
    expect(page.messages.map(textOf)).toEqual(['What is 2 + 2?', '2 + 2 = 4'])
    await same()
  })

  it('finds the running reply when its page is loaded anew', async () => {
    const user = someone()
    const body = chatBody('Hello', { id: 'reloaded', onDisconnect: 'continue' })
    const gone = new AbortController()
    const headers = { ...json, ...identified({}, user) }
    const first = await fetch(`${server.url}/api/agents/assistant/chat`, { method: 'POST', headers, body, signal: gone.signal })
    gone.abort()
    expect(first.status).toBe(200)
    const page = chatOf(user, 'reloaded', await kept(user, 'reloaded'))
    await page.resumeStream()
    expect(page.error).toBeUndefined()
    expect(textOf(page.lastMessage)).toContain('small offline model')
    expect(await kept(user, 'reloaded')).toEqual(JSON.parse(JSON.stringify(page.messages)))
    // Nothing runs any more.
    await page.resumeStream()
    expect(page.messages).toHaveLength(2)
    expect(page.status).toBe('ready')
  })
})

describe('sessions', () => {
  it('are listed page by page, the latest first, and are their user’s alone', async () => {
    const user = someone()
    for (const id of ['a', 'b', 'c']) await chat(server, { user, text: `What is ${id.length} + 1?`, more: { id } })
    await chat(server, { user, more: { id: 'a' } })
    const first = (await at('?limit=2', { user })).json as unknown as { sessions: Session[]; next: string }
    expect(first.sessions.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(first.sessions[0]).toEqual({
      id: 'a',
      agentId: 'assistant',
      title: 'What is 1 + 1?',
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
      running: null,
    })
    const rest = (await at(`?limit=2&before=${first.next}`, { user })).json as unknown as { sessions: Session[]; next: null }
    expect(rest.sessions.map(({ id }) => id)).toEqual(['b'])
    expect(rest.next).toBeNull()
    for (const stranger of [someone(), someone('admin')]) {
      expect((await at('', { user: stranger })).json['sessions']).toEqual([])
      for (const method of ['GET', 'DELETE']) {
        expect((await at('/a', { method, user: stranger })).json).toMatchObject({ error: { code: 'session-not-found' } })
      }
      expect((await at('/a/cancel', { method: 'POST', user: stranger })).status).toBe(404)
    }
    expect(await kept(user, 'a')).toHaveLength(4)
  })

  it('are renamed and deleted', async () => {
    const { user } = await chat(server, { more: { id: 'a' } })
    const renaming = { method: 'PATCH', user, headers: json, body: '{"title":" Sums "}' }
    expect((await at('/a', renaming)).json).toMatchObject({ session: { id: 'a', title: 'Sums' } })
    expect((await at('/b', renaming)).status).toBe(404)
    expect((await at('/a', { ...renaming, body: '{"title":"\\u0000"}' })).json).toMatchObject({ error: { path: 'title' } })
    expect((await at('/a', { method: 'DELETE', user })).status).toBe(204)
    expect((await at('/a', { user })).status).toBe(404)
    expect((await at('/a', { method: 'DELETE', user })).status).toBe(404)
  })

  it('say which turn runs in them, which can be cancelled from anywhere', async () => {
    const user = someone()
    const replying = chat(server, { user, text: 'Hello', more: { id: 'a' } })
    const session = async () => (await at('/a', { user })).json['session'] as Session | undefined
    await until(async () => typeof (await session())?.running === 'string')
    expect((await at('/a/cancel', { method: 'POST', user })).json).toEqual({ cancelled: true })
    expect((await replying).chunks.at(-1)?.type).toBe('abort')
    expect((await session())?.running).toBeNull()
    const again = await at('/a/cancel', { method: 'POST', user })
    expect([again.status, again.json]).toEqual([202, { cancelled: false }])
  })

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=x', 'limit'],
    ['?before=x', 'before'],
    [`?before=${Buffer.from('["2026-01-01T00:00:00Z"]').toString('base64url')}`, 'before'],
    ['/a%00b', 'id'],
  ])('are not to be asked for in this way: %s', async (path, field) => {
    const reply = await at(path, {})
    expect(reply.json).toMatchObject({ error: { code: 'invalid-request', path: field } })
  })
})

describe('turns of one user', () => {
  it('are limited by the minute, over all workers and ways to begin them', async () => {
    const user = someone()
    const replies = []
    for (let turn = 0; turn < 13; turn++) replies.push(await chat(server, { user, text: 'What is 1 + 1?' }))
    expect(replies.map(({ status }) => status)).toEqual([...Array.from({ length: 12 }, () => 200), 429])
    expect(replies.at(-1)?.json).toMatchObject({ error: { code: 'too-many-turns' } })
    expect(replies.at(-1)?.headers['retry-after']).toBeDefined()
    expect((await chat(server, { user: someone() })).status).toBe(200)
  })
})
