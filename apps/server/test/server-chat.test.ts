import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Chat } from '@ai-sdk/react'
import { DefaultChatTransport, readUIMessageStream } from 'ai'
import type { UIMessage } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chat, chatBody, chunksOf, identified, json, send, servedIn, someone, userMessage } from './http-client.ts'
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
    const stream = await new DefaultChatTransport({ api: api(), headers: identified({}, someone()) }).sendMessages({
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
    const conversation = new Chat<UIMessage>({
      id: 'chat-2',
      transport: new DefaultChatTransport({ api: api(), headers: identified({}, someone()) }),
    })
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
    const { user, served } = await chat(server)
    const high = await chat(server, { user, more: { reasoning: 'high' } })
    expect(high.served.source).toBe('build')
    expect(high.served.fingerprint).not.toBe(served.fingerprint)
  })
})

describe('the tiers', () => {
  it('serve from the build once, then from the config in the other worker, then from memory', async () => {
    const first = await chat(server)
    const { user } = first
    expect(first.served).toMatchObject({ source: 'build', reason: 'cold' })
    const replies = [first]
    await until(async () => {
      replies.push(await chat(server, { user, more: { id: 'another-session' } }))
      return new Set(replies.map(({ served }) => served.worker)).size === 2
    })
    const other = replies.at(-1)
    expect(other?.served).toMatchObject({ source: 'config', reason: 'cold', fingerprint: first.served.fingerprint })
    for (const worker of new Set(replies.map(({ served }) => served.worker))) {
      let again = await chat(server, { user })
      while (again.served.worker !== worker) again = await chat(server, { user })
      expect(again.served).toMatchObject({ source: 'memory', fingerprint: first.served.fingerprint })
      expect(again.served).not.toHaveProperty('reason')
    }
  })

  it('keep the config over a restart of the server, for the same user', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'rekindle-restart-'))
    await using before = await startServer({ dataDir })
    const { user, served } = await chat(before)
    expect(await before.stop()).toBe(0)
    await using after = await startServer({ dataDir })
    const reply = await chat(after, { user })
    expect(reply.served.fingerprint).toBe(served.fingerprint)
    expect(reply.served.source).not.toBe('build')
    expect(after.stdout).not.toContain('sample agents')
    await after.stop()
    rmSync(dataDir, { recursive: true })
  })
})

describe('a user', () => {
  it('has an agent that knows them', async () => {
    const replies = await Promise.all(
      ['de-DE', 'fr', 'fr'].map((language) => {
        const headers = { ...json, 'accept-language': `${language},en;q=0.5` }
        return send(api(), { user: someone(), headers, body: chatBody('What is 1 + 1?') })
      }),
    )
    const [german, french, alsoFrench] = replies.map(({ text }) => servedIn(chunksOf(text)).fingerprint)
    expect(french).not.toBe(german)
    expect(alsoFrench).toBe(french)
  })
})
