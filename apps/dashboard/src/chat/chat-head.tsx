import type { ComponentChildren } from 'preact'
import { Icon } from '../parts/icon.tsx'

interface ChatHeadProps {
  readonly showList: () => void
  readonly children: ComponentChildren
}

/** What is looked at; on a phone, also the way to the list. */
export function ChatHead({ showList, children }: ChatHeadProps) {
  return (
    <div class="chat-head">
      <button class="button icon side-toggle" type="button" aria-label="Conversations" onClick={showList}>
        <Icon name="list" />
      </button>
      {children}
    </div>
  )
}
