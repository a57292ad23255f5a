import { Banner } from '../parts/states.tsx'
import type { Notice } from './conversation.ts'

interface NoticeProps {
  readonly notice: Notice
  /** Absent: there is nothing that could be asked again. */
  readonly again: (() => void) | undefined
}

export function NoticeNote({ notice, again }: NoticeProps) {
  const action = again && (
    <button class="button little" type="button" onClick={again}>
      Try again
    </button>
  )
  switch (notice.kind) {
    case 'cancelled':
      return <div class="divider">stopped {action}</div>
    case 'failed':
      return (
        <Banner tone="bad" action={action}>
          <b>The reply failed.</b> {notice.text}
        </Banner>
      )
    case 'refused':
      return (
        <Banner tone="bad" action={action}>
          {notice.message && <b>Your message was not taken; it is in the field below. </b>}
          {notice.text}
        </Banner>
      )
  }
}
