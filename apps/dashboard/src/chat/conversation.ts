import { assemble, type Chunk } from './assembler.ts'
import type { ChatMessage } from './message.ts'

export interface Conversation {
  readonly messages: readonly ChatMessage[]
  /** In progress; `replyId` once the reply has begun. */
  readonly turn: { readonly id: string; readonly replyId?: string } | undefined
  /** How the last turn ended, if not as it should. */
  readonly notice: Notice | undefined
}

export type Notice =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly text: string }
  /** The turn has not begun. `message` was not taken: it may be sent again. */
  | { readonly kind: 'refused'; readonly code: string; readonly text: string; readonly message: ChatMessage | undefined }

export type ConversationEvent =
  /** As the server has it. */
  | { readonly type: 'loaded'; readonly messages: readonly ChatMessage[]; readonly running: string | undefined }
  | { readonly type: 'asked'; readonly turnId: string; readonly message: ChatMessage }
  | { readonly type: 'regenerating'; readonly turnId: string; readonly messageId: string }
  | { readonly type: 'chunk'; readonly turnId: string; readonly chunk: Chunk }
  /** The whole reply of a turn that has ended. */
  | { readonly type: 'reply'; readonly turnId: string; readonly message: ChatMessage }
  | { readonly type: 'ended'; readonly turnId: string }
  | { readonly type: 'refused'; readonly turnId: string; readonly code: string; readonly text: string }

export const emptyConversation: Conversation = { messages: [], turn: undefined, notice: undefined }

/** The conversation after something has happened. What concerns another turn than the one in progress changes nothing. */
export function next(before: Conversation, event: ConversationEvent): Conversation {
  const { messages, turn, notice } = before
  switch (event.type) {
    case 'loaded':
      return { messages: event.messages, turn: event.running === undefined ? undefined : { id: event.running }, notice }
    case 'asked':
      return { messages: [...messages, event.message], turn: { id: event.turnId }, notice: undefined }
    case 'regenerating': {
      const at = messages.findIndex(({ id }) => id === event.messageId)
      // What is answered again stays; a reply that is given again does not.
      const kept = messages[at]?.role === 'user' ? at + 1 : at
      return { messages: at === -1 ? messages : messages.slice(0, kept), turn: { id: event.turnId }, notice: undefined }
    }
  }
  if (turn?.id !== event.turnId) return before
  switch (event.type) {
    case 'chunk':
      return { ...withChunk({ messages, turn }, event.chunk), notice: noticeOf(event.chunk) ?? notice }
    case 'reply':
      return { messages: withReply(messages, turn.replyId, event.message), turn: { ...turn, replyId: event.message.id }, notice }
    case 'ended':
      return { messages, turn: undefined, notice }
    case 'refused': {
      const last = messages.at(-1)
      const untaken = turn.replyId === undefined && last?.role === 'user' ? last : undefined
      const { code, text } = event
      return {
        messages: untaken === undefined ? messages : messages.slice(0, -1),
        turn: undefined,
        notice: { kind: 'refused', code, text, message: untaken },
      }
    }
  }
}

type InProgress = Pick<Conversation, 'messages'> & { readonly turn: NonNullable<Conversation['turn']> }

function withChunk({ messages, turn }: InProgress, chunk: Chunk): InProgress {
  const id = turn.replyId ?? `reply-${turn.id}`
  const before = messages.find((each) => each.id === id)
  const reply = assemble(before ?? { id, role: 'assistant', parts: [] }, chunk)
  // What says nothing of the reply does not begin one.
  if (before === undefined && chunk.type !== 'start' && reply.parts.length === 0) return { messages, turn }
  return { messages: withReply(messages, id, reply), turn: { ...turn, replyId: reply.id } }
}

/** In the place of the reply that was there, which may have had another id, or at the end. */
function withReply(messages: readonly ChatMessage[], formerId: string | undefined, reply: ChatMessage): readonly ChatMessage[] {
  const at = messages.findLastIndex(({ id }) => id === reply.id || id === formerId)
  return at === -1 ? [...messages, reply] : messages.with(at, reply)
}

function noticeOf(chunk: Chunk): Notice | undefined {
  if (chunk.type === 'abort') return { kind: 'cancelled' }
  return chunk.type === 'error' ? { kind: 'failed', text: chunk.errorText } : undefined
}
