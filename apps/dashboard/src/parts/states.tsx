import type { ComponentChildren } from 'preact'
import type { ApiError } from '../api/problem.ts'
import { now } from '../state/now.ts'
import { agoText } from '../state/words.ts'
import { Icon, type IconName } from './icon.tsx'

/** What a page shows when it has nothing, waits, fails, or has lost the server. */

export function Empty({ icon = 'empty', title, children }: { icon?: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  )
}

/** As high as what comes, in rem, so that nothing jumps. */
export function Loading({ heights, what }: { readonly heights: readonly number[]; readonly what: string }) {
  return (
    <div class="stack" role="status" aria-label={`Loading ${what}`}>
      {heights.map((height) => (
        <div class="bone" style={{ height: `${height}rem` }} />
      ))}
    </div>
  )
}

export function Failed({ what, error, retry }: { readonly what: string; readonly error: ApiError; readonly retry: () => void }) {
  if (error.status === 403) return <Forbidden what={what} />
  return (
    <div class="card" role="alert">
      <Empty icon={error.status === 0 ? 'cloud' : 'alert'} title={`${what} could not be loaded`}>
        <p>{error.message}</p>
        <button class="button" type="button" onClick={retry}>
          <Icon name="retry" />
          Try again
        </button>
      </Empty>
    </div>
  )
}

export function Forbidden({ what }: { readonly what: string }) {
  return (
    <div class="card">
      <Empty icon="lock" title={`${what} is for admins`}>
        <p>You can use your agents and talk to them. To see this page too, ask whoever runs this server to make you an admin.</p>
        <a class="button" href="/chat">
          Go to Chat
        </a>
      </Empty>
    </div>
  )
}

export type Tone = 'info' | 'good' | 'warn' | 'bad'

const toneIcons = { info: 'list', good: 'check', warn: 'alert', bad: 'alert' } as const

export function Banner({ tone, children, action }: { tone: Tone; children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class={`banner ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <Icon name={toneIcons[tone]} />
      <div>{children}</div>
      {action}
    </div>
  )
}

/** The server does not answer; what is on the page is what it last said. */
export function Disconnected({
  error,
  at,
  retry,
}: {
  readonly error: ApiError
  readonly at: number
  readonly retry: () => void
}) {
  return (
    <Banner
      tone="warn"
      action={
        <button class="button little" type="button" onClick={retry}>
          Try now
        </button>
      }
    >
      <b>{error.message}</b> What you see is from {agoText(at, now.value)}. Trying again.
    </Banner>
  )
}
