import { useEffect, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import { listAgents } from '../api/agents.ts'
import { chat, refreshSessions } from '../chat/chat.ts'
import { ChooseAgent } from '../chat/choose-agent.tsx'
import { ConversationView } from '../chat/conversation-view.tsx'
import { SessionSide } from '../chat/session-side.tsx'
import { useLoaded } from '../state/loaded.ts'

/** The visitor's conversations: a list, and one of them, or a new one. */
export function ChatPage() {
  const { params, query } = useRoute()
  const session = params['session']
  const agents = useLoaded('agents', listAgents)
  const [isListed, setListed] = useState(false)
  useEffect(() => {
    chat.connect()
    void refreshSessions()
  }, [])
  useEffect(() => setListed(false), [session])
  return (
    <main class="chat" id="content" tabIndex={-1}>
      <SessionSide current={session} isShown={isListed} hide={() => setListed(false)} />
      <div class="chat-main">
        {session === undefined ? (
          <ChooseAgent agents={agents} chosen={query['agent']} showList={() => setListed(true)} />
        ) : (
          <ConversationView
            key={session}
            sessionId={session}
            agentId={query['agent']}
            agents={agents.state === 'ready' ? agents.value : []}
            showList={() => setListed(true)}
          />
        )}
      </div>
    </main>
  )
}
