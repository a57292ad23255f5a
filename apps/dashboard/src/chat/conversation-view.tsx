import { useRef } from 'preact/hooks'
import type { AgentSummary } from '../api/agents.ts'
import { Failed, Loading } from '../parts/states.tsx'
import { ChatHead } from './chat-head.tsx'
import { chat, sessions } from './chat.ts'
import { Composer } from './composer.tsx'
import { ConnectionNote } from './connection-note.tsx'
import type { Conversation } from './conversation.ts'
import { useHistory } from './history.ts'
import { textOf } from './message.ts'
import { Messages } from './messages.tsx'
import { NoticeNote } from './notice-note.tsx'
import { useStickyEnd } from './sticky-end.ts'

interface ConversationViewProps {
  readonly sessionId: string
  /** For a conversation that the server has not heard of yet. */
  readonly agentId: string | undefined
  readonly agents: readonly AgentSummary[]
  readonly showList: () => void
}

export function ConversationView({ sessionId, agentId: given, agents, showList }: ConversationViewProps) {
  const conversation = chat.conversation(sessionId).value
  const [history, retry] = useHistory(sessionId)
  const log = useRef<HTMLDivElement>(null)
  useStickyEnd(log, conversation.messages)

  const { turn, notice } = conversation
  const session = sessions.value.sessions?.find(({ id }) => id === sessionId)
  const agentId = session?.agentId ?? given
  const agent = agents.find(({ id }) => id === agentId)
  return (
    <>
      <ChatHead showList={showList}>
        <h1 class="cut">{session?.title || agent?.name || 'Conversation'}</h1>
        {agentId !== undefined && <With agentId={agentId} name={agent?.name} sessionId={sessionId} />}
      </ChatHead>
      <div class="log" ref={log} tabIndex={0} role="log" aria-label="Messages" aria-live="polite" aria-busy={turn !== undefined}>
        <div class="messages">
          <ConnectionNote />
          {history.state === 'loading' && <Loading what="the conversation" heights={[2.5, 6, 2.5, 9]} />}
          {history.state === 'failed' && <Failed what="This conversation" error={history.error} retry={retry} />}
          <Said sessionId={sessionId} agentId={agentId} conversation={conversation} />
        </div>
      </div>
      <Composer
        isPossible={agentId !== undefined && history.state === 'ready'}
        returned={notice?.kind === 'refused' && notice.message ? textOf(notice.message) : undefined}
        send={(text, choice) => agentId !== undefined && chat.send({ agentId, sessionId, ...choice }, text)}
        cancel={turn && (() => chat.cancel(sessionId))}
      />
    </>
  )
}

interface WithProps {
  readonly agentId: string
  readonly name: string | undefined
  readonly sessionId: string
}

/** Who answers, and where to see how it was come by. */
function With({ agentId, name, sessionId }: WithProps) {
  return (
    <span class="muted small">
      with <a href={`/agents/${encodeURIComponent(agentId)}`}>{name ?? agentId}</a> ·{' '}
      <a href={`/explain?${new URLSearchParams({ agent: agentId, session: sessionId })}`}>explain</a>
    </span>
  )
}

interface SaidProps {
  readonly sessionId: string
  readonly agentId: string | undefined
  readonly conversation: Conversation
}

/** What was said, and how the last turn ended if not as it should. */
function Said({ sessionId, agentId, conversation: { messages, turn, notice } }: SaidProps) {
  const isIdle = turn === undefined && agentId !== undefined
  const regenerate = isIdle ? (messageId: string) => chat.regenerate({ agentId, sessionId }, messageId) : undefined
  const last = messages.at(-1)
  const again = regenerate && last?.role === 'user' ? () => regenerate(last.id) : undefined
  return (
    <>
      <Messages messages={messages} turn={turn} regenerate={regenerate} />
      {notice && <NoticeNote notice={notice} again={again} />}
    </>
  )
}
