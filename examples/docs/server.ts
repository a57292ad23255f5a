// docs/server.md
import { useChat } from '@ai-sdk/react'
import { DefaultChatTransport } from 'ai'

/** As a component calls it. */
export const useAssistant = () =>
  // #region use-chat
  useChat({ transport: new DefaultChatTransport({ api: '/api/agents/assistant/chat' }) })
// #endregion use-chat
