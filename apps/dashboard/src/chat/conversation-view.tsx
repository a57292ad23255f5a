import { useEffect, useRef, useState } from 'preact/hooks'
import type { AgentSummary } from '../api/agents.ts'
import { type ApiError, asApiError } from '../api/problem.ts'
import { Icon } from '../parts/icon.tsx'
import { Failed, Loading } from '../parts/states.tsx'
import { chat, sessions } from './chat.ts'
import { Composer } from './composer.tsx'
import { ConnectionNote } from './connection-note.tsx'
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

type Loading_ = 'loading' | 'ready' | ApiError

export function ConversationView({ sessionId, agentId: given, agents, showList }: ConversationViewProps) {
  const { messages, turn, notice } = chat.conversation(sessionId).value
  const [loading, setLoading] = useState<Loading_>(messages.length > 0 ? 'ready' : 'loading')
  const [attempt, setAttempt] = useState(0)
  const log = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Begun here a moment ago: the server may not have heard of it yet.
    if (chat.conversation(sessionId).value.turn !== undefined) return
    chat.load(sessionId).then(
      () => setLoading('ready'),
      (error: unknown) => setLoading(asApiError(error)),
    )
  }, [attempt])
  useStickyEnd(log, messages)

  const session = sessions.value.sessions?.find(({ id }) => id === sessionId)
  const agentId = session?.agentId ?? given
  const agent = agents.find(({ id }) => id === agentId)
  const options = (reasoning?: string) => ({ agentId: agentId ?? '', sessionId, ...(reasoning !== undefined && { reasoning }) })
  const last = messages.at(-1)
  const unanswered = turn === undefined && agentId !== undefined && last?.role === 'user' ? last : undefined
  const isFailed = typeof loading === 'object' && messages.length === 0
  return (
    <>
      <div class="chat-head">
        <button class="button icon side-toggle" type="button" aria-label="Conversations" onClick={showList}>
          <Icon name="list" />
        </button>
        <h1 class="cut">{session?.title || agent?.name || 'Conversation'}</h1>
        {agentId !== undefined && (
          <span class="muted small">
            with <a href={`/agents/${encodeURIComponent(agentId)}`}>{agent?.name ?? agentId}</a> ·{' '}
            <a href={`/explain?${new URLSearchParams({ agent: agentId, session: sessionId })}`}>explain</a>
          </span>
        )}
      </div>
      <div class="log" ref={log} tabIndex={0} role="log" aria-label="Messages" aria-live="polite" aria-busy={turn !== undefined}>
        <div class="messages">
          <ConnectionNote />
          {loading === 'loading' && messages.length === 0 && <Loading what="the conversation" heights={[2.5, 6, 2.5, 9]} />}
          {isFailed && (
            <Failed
              what="This conversation"
              error={loading}
              retry={() => {
                setLoading('loading')
                setAttempt(attempt + 1)
              }}
            />
          )}
          <Messages
            messages={messages}
            turn={turn}
            isIdle={turn === undefined && agentId !== undefined}
            regenerate={(messageId) => chat.regenerate(options(), messageId)}
          />
          {notice && <NoticeNote notice={notice} again={unanswered && (() => chat.regenerate(options(), unanswered.id))} />}
        </div>
      </div>
      <Composer
        isRunning={turn !== undefined}
        isPossible={agentId !== undefined && !isFailed && loading !== 'loading'}
        returned={notice?.kind === 'refused' && notice.message ? textOf(notice.message) : undefined}
        send={(text, reasoning) => chat.send(options(reasoning), text)}
        cancel={() => chat.cancel(sessionId)}
      />
    </>
  )
}
