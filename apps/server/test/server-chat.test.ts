import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chat } from '@ai-sdk/react'
import { DefaultChatTransport, readUIMessageStream } from 'ai'
import type { UIMessage } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, chatBody, chunksOf, json, send, servedIn, userMessage } from './http-client.ts'
import { startServer, until } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'

let server: ServerProcess
beforeAll(async () => {
  server = await startServer({ env: { REKINDLE_WORKERS: '2', REKINDLE_OFFLINE_PACE_MS: '2' } })
})
afterAll(() => server[Symbol.asyncDispose]())

const api = (agentId = 'assistant') => `${server.url}/api/agents/${agentId}/chat`
const textOf = (message: UIMessage | undefined) => message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

describe('the chat endpoint', () => {
  it('is what DefaultChatTransport of the AI SDK expects', async () => {
    const stream = await new DefaultChatTransport({ api: api() }).sendMessages({
      trigger: 'submit-message',
      chatId: 'chat-1',
      messageId: undefined,
      messages: [userMessage('What is 12 * 7?')],
      abortSignal: undefined,
    })
    const states: UIMessage[] = []
    for await (const message of readUIMessageStream({ stream })) states.push(message)
    const last = states.at(-1)
    expect(textOf(last)).toBe('12 * 7 = 84')
    expect(last?.parts.map((part) => part.type)).toEqual(['step-start', 'tool-calculator', 'step-start', 'text'])
    expect(last?.metadata).toEqual({
      rekindle: {
        source: 'build',
        reason: 'cold',
        ms: expect.any(Number) as number,
        fingerprint: expect.stringMatching(/^[\w-]{20,}$/) as string,
        worker: expect.any(Number) as number,
      },
    })
  })

  it('holds a conversation of several turns with the Chat behind useChat', async () => {
    const conversation = new Chat<UIMessage>({ id: 'chat-2', transport: new DefaultChatTransport({ api: api() }) })
    await conversation.sendMessage({ text: 'What is 12 * 7?' })
    expect(textOf(conversation.lastMessage)).toBe('12 * 7 = 84')
    await conversation.sendMessage({ text: 'Convert 10 km to miles.' })
    expect(textOf(conversation.lastMessage)).toContain('6.21371')
    await conversation.regenerate()
    expect(textOf(conversation.lastMessage)).toContain('6.21371')
    expect(conversation.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    expect(conversation.error).toBeUndefined()
  })

  it('says in headers which tier served the agent, and how long that took', async () => {
    const reply = await chat(server, { text: 'What is 1 + 1?' })
    expect(reply.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-vercel-ai-ui-message-stream': 'v1',
      'x-rekindle-source': 'build',
      'server-timing': `agent;desc="build";dur=${reply.served.ms}`,
      'cache-control': 'no-store',
    })
  })

  it('gives every level of reasoning an agent of its own', async () => {
    const { cookie, served } = await chat(server)
    const high = await chat(server, { cookie, more: { reasoning: 'high' } })
    expect(high.served.source).toBe('build')
    expect(high.served.fingerprint).not.toBe(served.fingerprint)
  })
})

describe('the tiers', () => {
  it('serve from the build once, then from the config in the other worker, then from memory', async () => {
    const first = await chat(server)
    const { cookie } = first
    expect(first.served).toMatchObject({ source: 'build', reason: 'cold' })
    const replies = [first]
    await until(async () => {
      replies.push(await chat(server, { cookie, more: { id: 'another-session' } }))
      return new Set(replies.map(({ served }) => served.worker)).size === 2
    })
    const other = replies.at(-1)
    expect(other?.served).toMatchObject({ source: 'config', reason: 'cold', fingerprint: first.served.fingerprint })
    for (const worker of new Set(replies.map(({ served }) => served.worker))) {
      let again = await chat(server, { cookie })
      while (again.served.worker !== worker) again = await chat(server, { cookie })
      expect(again.served).toMatchObject({ source: 'memory', fingerprint: first.served.fingerprint })
      expect(again.served).not.toHaveProperty('reason')
    }
  })

  it('keep the config over a restart of the server, with the same cookie', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rekindle-restart-'))
    await using before = await startServer({ dataDir })
    const { cookie, served } = await chat(before)
    expect(await before.stop()).toBe(0)
    await using after = await startServer({ dataDir })
    const reply = await chat(after, { cookie })
    expect(reply.headers['set-cookie']).toBeUndefined()
    expect(reply.served).toMatchObject({ source: 'config', reason: 'cold', fingerprint: served.fingerprint })
    expect(after.stdout).not.toContain('sample agents')
    await after.stop()
    rmSync(dataDir, { recursive: true })
  })
})

describe('the identity of a visitor', () => {
  it('is a signed cookie that scripts cannot read, issued once', async () => {
    const first = await send(`${server.url}/api/agents`)
    const [line = ''] = first.headers['set-cookie'] ?? []
    expect(line).toMatch(/^rekindle_visitor=[\w-]{36}\.[^;]{40,}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/)
    const [cookie = ''] = line.split(';')
    expect((await send(`${server.url}/api/agents`, { headers: { cookie } })).headers['set-cookie']).toBeUndefined()
  })

  it.each([
    ['another user with the signature of this one', (cookie: string) => cookie.replace(/=\w{8}/, '=00000000')],
    ['no signature', (cookie: string) => cookie.replace(/\..*/, '')],
    ['garbage', () => 'rekindle_visitor=%E0%A4%A; rekindle_visitor=; =;;'],
  ])('is replaced when forged: %s', async (_what, forge) => {
    const { cookie } = await chat(server)
    const reply = await chat(server, { cookie: forge(cookie) })
    expect(reply.status).toBe(200)
    expect(reply.headers['set-cookie']).toHaveLength(1)
    expect(reply.cookie).not.toBe(cookie)
    expect(reply.served.reason).toBe('cold')
  })

  it('is never taken from the request', async () => {
    const { cookie } = await chat(server)
    const id = /=([\w-]{36})\./.exec(cookie)?.[1]
    const reply = await chat(server, { more: { userId: id, user: id } })
    expect(reply.served.source).toBe('build')
    expect(servedIn(reply.chunks).source).toBe('build')
  })

  it('gives each visitor an agent that knows them', async () => {
    const replies = await Promise.all(
      ['de-DE', 'fr', 'fr'].map((language) => {
        const headers = { ...json, 'accept-language': `${language},en;q=0.5` }
        return send(api(), { headers, body: chatBody('What is 1 + 1?') })
      }),
    )
    const [german, french, alsoFrench] = replies.map(({ text }) => servedIn(chunksOf(text)).fingerprint)
    expect(french).not.toBe(german)
    expect(alsoFrench).toBe(french)
  })
})
