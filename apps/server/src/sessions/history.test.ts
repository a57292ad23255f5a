import { describe, expect, it } from 'vitest'
import type { Said } from '../turns/turn-request.ts'
import { messagesKept } from './history.ts'

const user = (id: string) => ({ id, role: 'user' as const, parts: [] })
const assistant = (id: string) => ({ id, role: 'assistant' as const, parts: [] })
const conversation = [user('u1'), assistant('a1'), user('u2'), assistant('a2')]
const says = (id: string): Said => ({ kind: 'message', message: user(id) })
const again = (messageId?: string): Said => ({ kind: 'again', messageId })

describe('what stays of a conversation', () => {
  it.each([
    ['everything when something new is said', conversation, says('u3'), 4],
    ['what was before a message that is said in other words', conversation, says('u2'), 2],
    ['nothing when the first message is said in other words', conversation, says('u1'), 0],
    ['nothing in a new session', [], says('u1'), 0],
    ['all but the last reply', conversation, again(), 3],
    ['all when the last message has no reply yet', conversation.slice(0, 3), again(), 3],
    ['what was before a reply', conversation, again('a1'), 1],
    ['what was up to a message', conversation, again('u1'), 1],
    ['nothing to be answered: an unknown message', conversation, again('x'), undefined],
    ['nothing to be answered: an empty session', [], again(), undefined],
  ] as const)('is %s', (_what, messages, said, kept) => {
    expect(messagesKept(messages, said)).toBe(kept)
  })
})
