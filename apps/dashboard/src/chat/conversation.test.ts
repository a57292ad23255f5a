import { describe, expect, test } from 'vitest'
import type { Chunk } from './assembler.ts'
import { type Conversation, type ConversationEvent, emptyConversation, next } from './conversation.ts'
import { type ChatMessage, textOf, versionChanges } from './message.ts'

const after = (events: readonly ConversationEvent[], from: Conversation = emptyConversation) => events.reduce(next, from)
const said = (id: string, role: ChatMessage['role'], text: string): ChatMessage => ({ id, role, parts: [{ type: 'text', text }] })
const asked: ConversationEvent = { type: 'asked', turnId: 't', message: said('q', 'user', 'question') }
const streamed = (...chunks: readonly Chunk[]): ConversationEvent[] =>
  chunks.map((chunk) => ({ type: 'chunk', turnId: 't', chunk }))
const answer = (text: string): ConversationEvent[] =>
  streamed({ type: 'start', messageId: 'a' }, { type: 'text-start', id: '0' }, { type: 'text-delta', id: '0', delta: text })
const story = ({ messages }: Conversation) => messages.map((message) => `${message.id}: ${textOf(message)}`)

describe('a conversation', () => {
  test('shows a turn from question to end', () => {
    const ended = after([asked, ...answer('yes'), { type: 'ended', turnId: 't' }])
    expect(story(ended)).toEqual(['q: question', 'a: yes'])
    expect(ended.turn).toBeUndefined()
  })

  test('neither loses nor doubles a reply that is streamed again after a reconnection', () => {
    expect(story(after([asked, ...answer('ye'), ...answer('yes')]))).toEqual(['q: question', 'a: yes'])
  })

  test('takes the whole reply of a turn that ended meanwhile in place of its beginning', () => {
    const reply: ConversationEvent = { type: 'reply', turnId: 't', message: said('a', 'assistant', 'yes') }
    expect(story(after([asked, ...answer('y'), reply, { type: 'ended', turnId: 't' }]))).toEqual(['q: question', 'a: yes'])
  })

  test('that is loaded with a turn in progress goes on with it', () => {
    const loaded: ConversationEvent = { type: 'loaded', messages: [said('q', 'user', 'question')], running: 't' }
    expect(story(after([loaded, ...answer('yes')]))).toEqual(['q: question', 'a: yes'])
  })

  test('that was loaded with the reply of a turn that is just ending shows it once', () => {
    const messages = [said('q', 'user', 'question'), said('a', 'assistant', 'yes')]
    const reply: ConversationEvent = { type: 'reply', turnId: 't', message: said('a', 'assistant', 'yes') }
    expect(story(after([{ type: 'loaded', messages, running: 't' }, reply]))).toEqual(['q: question', 'a: yes'])
  })

  test('is not disturbed by a turn that has ended', () => {
    const ended = after([asked, ...answer('yes'), { type: 'ended', turnId: 't' }])
    expect(after(answer('late'), ended)).toBe(ended)
  })

  test('gives back a message that was refused, and keeps one whose reply had begun', () => {
    const refused: ConversationEvent = { type: 'refused', turnId: 't', code: 'turn-running', text: 'One at a time.' }
    const untaken = after([asked, refused])
    expect(story(untaken)).toEqual([])
    expect(untaken.notice).toMatchObject({ kind: 'refused', message: { id: 'q' } })
    expect(story(after([asked, ...answer('y'), refused]))).toEqual(['q: question', 'a: y'])
  })

  test('that is regenerated drops the reply and what follows', () => {
    const messages = [said('q', 'user', '1'), said('a', 'assistant', '2'), said('r', 'user', '3')]
    const again = after([{ type: 'regenerating', turnId: 't', messageId: 'a' }], { ...emptyConversation, messages })
    expect(story(again)).toEqual(['q: 1'])
    const answered = after([{ type: 'regenerating', turnId: 't', messageId: 'q' }], { ...emptyConversation, messages })
    expect(story(answered)).toEqual(['q: 1'])
  })

  test('says that a turn failed or was cancelled, until the next begins', () => {
    const failed = after([asked, ...streamed({ type: 'error', errorText: 'the model is out' })])
    expect(failed.notice).toEqual({ kind: 'failed', text: 'the model is out' })
    expect(story(failed)).toEqual(['q: question'])
    expect(after(streamed({ type: 'abort' }), failed).notice).toEqual({ kind: 'cancelled' })
    expect(after([asked], failed).notice).toBeUndefined()
  })
})

test('a reply of another version of the agent than the one before is marked', () => {
  const by = (id: string, fingerprint: string): ChatMessage => ({
    ...said(id, 'assistant', ''),
    metadata: { rekindle: { source: 'memory', ms: 1, fingerprint, worker: 1 } },
  })
  const changes = versionChanges([by('1', 'x'), said('q', 'user', ''), by('2', 'x'), by('3', 'y')])
  expect([...changes]).toEqual([['3', { from: 'x', to: 'y' }]])
})
