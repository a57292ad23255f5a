import { Fragment } from 'preact'
import { tierLabels } from '../parts/pill.tsx'
import { Fingerprint } from '../parts/fingerprint.tsx'
import { Icon } from '../parts/icon.tsx'
import { latencyText, shortFingerprint } from '../state/words.ts'
import type { Conversation } from './conversation.ts'
import { type ChatMessage, servedOf, textOf, versionChanges } from './message.ts'
import { MessageParts } from './message-parts.tsx'

interface MessagesProps extends Pick<Conversation, 'messages' | 'turn'> {
  /** Absent while something is in progress. */
  readonly regenerate: ((messageId: string) => void) | undefined
}

export function Messages({ messages, turn, regenerate }: MessagesProps) {
  const changes = versionChanges(messages)
  const last = messages.at(-1)
  return (
    <>
      {messages.map((message) => {
        const change = changes.get(message.id)
        return (
          <Fragment key={message.id}>
            {change && (
              <div class="divider">
                agent changed: version {shortFingerprint(change.from)} → {shortFingerprint(change.to)}
              </div>
            )}
            {message.role === 'user' ? (
              <div class="message user">
                <span class="hidden-text">You: </span>
                {textOf(message)}
              </div>
            ) : (
              <Reply message={message} regenerate={message === last ? regenerate : undefined} />
            )}
          </Fragment>
        )
      })}
      {turn !== undefined && (last?.role === 'user' || last?.parts.length === 0) && (
        <div class="typing" role="status" aria-label="Waiting for the reply">
          <i />
          <i />
          <i />
        </div>
      )}
    </>
  )
}

interface ReplyProps extends Pick<MessagesProps, 'regenerate'> {
  readonly message: ChatMessage
}

function Reply({ message, regenerate }: ReplyProps) {
  return (
    <article class="message assistant">
      <MessageParts parts={message.parts} />
      <div class="served">
        <ServedBy message={message} />
        {regenerate && (
          <button class="button plain little" type="button" onClick={() => regenerate(message.id)}>
            <Icon name="retry" />
            Regenerate
          </button>
        )}
      </div>
    </article>
  )
}

/** Where the agent came from, how long that took, and which version of it answers. */
function ServedBy({ message }: { readonly message: ChatMessage }) {
  const served = servedOf(message)
  if (served === undefined) return null
  const { source, ms, reason, fingerprint, worker } = served
  return (
    <>
      <span class={`pill ${source}`}>
        <span class="dot" />
        {tierLabels[source]} {latencyText(ms)}
      </span>
      {reason !== undefined && <span>{reason}</span>}
      {fingerprint !== undefined && (
        <span>
          version <Fingerprint of={fingerprint} />
        </span>
      )}
      <span>worker {worker}</span>
    </>
  )
}
