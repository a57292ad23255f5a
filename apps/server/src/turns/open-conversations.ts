import type { FastifyInstance } from 'fastify'
import { Conversations } from './conversations.ts'
import type { ConversationParts } from './conversations.ts'

/** The conversations of this worker, for as long as `scope` is open. Turns have ended by then. */
export function openConversations(scope: FastifyInstance, parts: Omit<ConversationParts, 'log'>): Conversations {
  const conversations = new Conversations({ ...parts, log: scope.log })
  scope.addHook('onClose', async () => conversations.close())
  return conversations
}
