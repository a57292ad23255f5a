import { signal } from '@preact/signals'
import { describe, expect, test } from 'vitest'
import { ChatClient } from './chat-client.ts'
import { type ChatMessage, textOf } from './message.ts'
import type { SocketListener, SocketState } from './socket.ts'

const options = { agentId: 'assistant', sessionId: 's' }

function begin(stored: { messages: ChatMessage[]; running: string | null } = { messages: [], running: null }) {
  const said: { type: string; id: string }[] = []
  const state = signal<SocketState>({ state: 'open' })
  let listener: SocketListener | undefined
  let ids = 0
  const client = new ChatClient({
    connect: (given) => {
      listener = given
      return {
        state,
        open: () => {},
        say: (message) => {
          if (state.value.state === 'open') said.push(message as never)
          return state.value.state === 'open'
        },
      }
    },
    newId: () => `id-${++ids}`,
    load: async () => ({ ...stored }),
    changed: () => {},
    signedOut: () => {},
  })
  const hear = (message: object): void => listener!.heard(message)
  const answer = (id: string, text: string): void => {
    hear({ type: 'chunk', id, chunk: { type: 'start', messageId: 'reply' } })
    hear({ type: 'chunk', id, chunk: { type: 'text-delta', id: '0', delta: text } })
  }
  const reconnect = (): void => {
    state.value = { state: 'open' }
    listener!.opened()
  }
  const texts = (): string[] => client.conversation('s').value.messages.map(textOf)
  return { client, said, state, hear, answer, reconnect, texts }
}

describe('a turn', () => {
  test('that may not have arrived is said again with the same id once the connection is back', () => {
    const { client, said, state, answer, reconnect, texts } = begin()
    state.value = { state: 'connecting' }
    client.send(options, 'hello')
    expect(said).toEqual([])
    reconnect()
    reconnect()
    expect(said.map(({ type, id }) => [type, id])).toEqual([
      ['turn', 'id-2'],
      ['turn', 'id-2'],
    ])
    answer('id-2', 'hi')
    expect(texts()).toEqual(['hello', 'hi'])
  })

  test('that had begun to answer is resumed from its beginning, and not shown twice', () => {
    const { client, said, hear, answer, reconnect, texts } = begin()
    client.send(options, 'hello')
    answer('id-2', 'h')
    reconnect()
    expect(said.at(-1)).toEqual({ type: 'resume', id: 'id-2', sessionId: 's' })
    answer('id-2', 'hi')
    hear({ type: 'end', id: 'id-2' })
    expect(texts()).toEqual(['hello', 'hi'])
    reconnect()
    expect(said).toHaveLength(2)
  })

  test('in progress is found again when the conversation is loaded', async () => {
    const question: ChatMessage = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'hello' }] }
    const { client, said, answer, texts } = begin({ messages: [question], running: 'turn-9' })
    await client.load('s')
    expect(said).toEqual([{ type: 'resume', id: 'turn-9', sessionId: 's' }])
    answer('turn-9', 'hi')
    expect(texts()).toEqual(['hello', 'hi'])
  })

  test('that was lost with its worker leaves the conversation as the server has it', async () => {
    const question: ChatMessage = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'hello' }] }
    const { client, hear, answer, texts } = begin({ messages: [question], running: null })
    client.send(options, 'hello')
    answer('id-2', 'half an ans')
    hear({ type: 'error', id: 'id-2', error: { code: 'turn-not-found', message: 'It is lost.' } })
    await Promise.resolve()
    await Promise.resolve()
    expect(texts()).toEqual(['hello'])
    expect(client.conversation('s').value).toMatchObject({ turn: undefined, notice: { kind: 'refused', text: 'It is lost.' } })
  })

  test('begun while the conversation was being loaded is not wiped out by it', async () => {
    const { client, texts } = begin()
    const loading = client.load('s')
    client.send(options, 'hello')
    await loading
    expect(texts()).toEqual(['hello'])
  })

  test('that is followed already is not asked for again when its conversation is loaded', async () => {
    const { client, said, answer, texts } = begin({ messages: [], running: 'id-2' })
    client.send(options, 'hello')
    answer('id-2', 'hi')
    await client.load('s')
    expect(said.map(({ type }) => type)).toEqual(['turn'])
    expect(texts()).toEqual(['hello', 'hi'])
  })

  test('that began and ended while the conversation was being loaded is not wiped out by what was loaded before it', async () => {
    const stored = { messages: [] as ChatMessage[], running: null }
    const { client, hear, answer, texts } = begin(stored)
    const loading = client.load('s')
    client.send(options, 'hello')
    answer('id-2', 'hi')
    hear({ type: 'end', id: 'id-2' })
    stored.messages = [...client.conversation('s').value.messages]
    await loading
    expect(texts()).toEqual(['hello', 'hi'])
  })

  test('can be ended and made again', () => {
    const { client, said, hear, answer, texts } = begin()
    client.send({ ...options, reasoning: 'high' }, 'hello')
    answer('id-2', 'hi')
    client.cancel('s')
    hear({ type: 'chunk', id: 'id-2', chunk: { type: 'abort' } })
    hear({ type: 'end', id: 'id-2' })
    client.regenerate(options, 'reply')
    expect(texts()).toEqual(['hello'])
    expect(said.map(({ type }) => type)).toEqual(['turn', 'cancel', 'turn'])
    expect(said[0]).toMatchObject({ reasoning: 'high', message: { role: 'user' } })
    expect(said[2]).toEqual({ type: 'turn', id: 'id-3', agentId: 'assistant', sessionId: 's', regenerate: 'reply' })
  })
})
