import { Banner } from '../parts/states.tsx'
import type { Notice } from './conversation.ts'

export function NoticeNote({ notice }: { readonly notice: Notice }) {
  switch (notice.kind) {
    case 'cancelled':
      return <div class="divider">stopped</div>
    case 'failed':
      return (
        <Banner tone="bad">
          <b>The reply failed.</b> {notice.text}
        </Banner>
      )
    case 'refused':
      return (
        <Banner tone="bad">
          {notice.message && <b>Your message was not taken; it is in the field below. </b>}
          {notice.text}
        </Banner>
      )
  }
}
