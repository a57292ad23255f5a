import type { UIMessage } from 'ai'
import type { Said } from '../turns/turn-request.ts'

/**
 * How many of a session's messages stay when this is said: those after them are dropped, and what is said follows. `undefined` if
 * there is nothing there that it could refer to.
 */
export function messagesKept(messages: readonly Pick<UIMessage, 'id' | 'role'>[], said: Said): number | undefined {
  if (said.kind === 'message') {
    const same = messages.findIndex(({ id }) => id === said.message.id)
    return same === -1 ? messages.length : same
  }
  const at = said.messageId === undefined ? messages.length - 1 : messages.findIndex(({ id }) => id === said.messageId)
  const kept = messages[at]?.role === 'assistant' ? at : at + 1
  return messages[kept - 1]?.role === 'user' ? kept : undefined
}
