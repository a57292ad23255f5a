import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { AgentSummary } from '../api/agents.ts'
import { Empty, Failed, Loading } from '../parts/states.tsx'
import type { Loaded } from '../state/loaded.ts'
import type { TurnOptions } from './chat-client.ts'
import { ChatHead } from './chat-head.tsx'
import { chat } from './chat.ts'
import { Composer } from './composer.tsx'
import { ConnectionNote } from './connection-note.tsx'
import { newId } from './new-id.ts'

interface ChooseAgentProps {
  readonly agents: Loaded<readonly AgentSummary[]>
  readonly chosen: string | undefined
  readonly showList: () => void
}

/** Before the first question: whom to ask. */
export function ChooseAgent({ agents, chosen, showList }: ChooseAgentProps) {
  const { route } = useLocation()
  const [picked, pick] = useState<string>()
  const list = agents.state === 'ready' ? agents.value : []
  const agentId = picked ?? chosen ?? list[0]?.id
  const send = (text: string, choice: Pick<TurnOptions, 'reasoning'>): void => {
    if (agentId === undefined) return
    const sessionId = newId()
    chat.send({ agentId, sessionId, ...choice }, text)
    route(`/chat/${sessionId}?agent=${encodeURIComponent(agentId)}`)
  }
  return (
    <>
      <ChatHead showList={showList}>
        <h1>New conversation</h1>
      </ChatHead>
      <div class="log">
        <div class="messages">
          <ConnectionNote />
          <h2>Whom would you like to ask?</h2>
          {agents.state === 'loading' && <Loading what="agents" heights={[5, 5]} />}
          {agents.state === 'failed' && <Failed what="The agents" error={agents.error} retry={agents.reload} />}
          {agents.state === 'ready' && list.length === 0 && (
            <Empty title="There are no agents yet">
              <a class="button" href="/agents">
                Make one
              </a>
            </Empty>
          )}
          <div class="choose-agent">
            {list.map(({ id, name, description, model }) => (
              <button key={id} type="button" aria-pressed={id === agentId} onClick={() => pick(id)}>
                <b>{name}</b>
                <span class="muted small">{description}</span>
                <code class="muted">{model}</code>
              </button>
            ))}
          </div>
        </div>
      </div>
      <Composer isPossible={agentId !== undefined} send={send} />
    </>
  )
}
