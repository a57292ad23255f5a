import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { deleteSession, renameSession, type Session } from '../api/sessions.ts'
import { ConfirmDialog, Dialog } from '../parts/dialog.tsx'
import { TextField } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Banner, Loading } from '../parts/states.tsx'
import { Ago } from '../parts/time.tsx'
import { useAction } from '../state/action.ts'
import { chat, moreSessions, refreshSessions, sessions } from './chat.ts'

interface SessionSideProps {
  readonly current: string | undefined
  /** On a phone, where it takes the place of the conversation. */
  readonly isShown: boolean
  readonly hide: () => void
}

export function SessionSide({ current, isShown, hide }: SessionSideProps) {
  const { sessions: list, next, error } = sessions.value
  const more = useAction()
  return (
    <aside class={`chat-side ${isShown ? 'shown' : ''}`} aria-label="Conversations">
      <div class="row">
        <a class="button" href="/chat">
          <Icon name="plus" />
          New
        </a>
        <button class="button plain side-toggle end" type="button" onClick={hide}>
          Back
        </button>
      </div>
      <div class="session-list">
        {error && (
          <p class="small bad" role="alert">
            {error.message}{' '}
            <button class="button little" type="button" onClick={() => void refreshSessions()}>
              Try again
            </button>
          </p>
        )}
        {list === undefined && error === undefined && <Loading what="conversations" heights={[2.75, 2.75, 2.75]} />}
        {list?.length === 0 && <p class="muted small">Your conversations will be here.</p>}
        <ul>
          {list?.map((session) => (
            <SessionItem key={session.id} session={session} isCurrent={session.id === current} />
          ))}
        </ul>
        {next !== null && (
          <button class="button plain little" type="button" disabled={more.busy} onClick={() => more.run(moreSessions)}>
            Older
          </button>
        )}
      </div>
    </aside>
  )
}

function SessionItem({ session, isCurrent }: { readonly session: Session; readonly isCurrent: boolean }) {
  const [doing, setDoing] = useState<'renaming' | 'deleting'>()
  const { id, title, agentId, updatedAt, running } = session
  const close = (): void => setDoing(undefined)
  return (
    <li class={`session ${isCurrent ? 'current' : ''}`}>
      <a
        href={`/chat/${encodeURIComponent(id)}?agent=${encodeURIComponent(agentId)}`}
        {...(isCurrent && { 'aria-current': 'page' })}
      >
        <span class="cut">{title || 'Untitled'}</span>
        <span class="muted small cut">{running === null ? <Ago at={updatedAt} /> : 'answering …'}</span>
      </a>
      <button class="button plain icon little" type="button" aria-label={`Rename ${title}`} onClick={() => setDoing('renaming')}>
        <Icon name="pencil" />
      </button>
      <button class="button plain icon little" type="button" aria-label={`Delete ${title}`} onClick={() => setDoing('deleting')}>
        <Icon name="trash" />
      </button>
      {doing === 'renaming' && <RenameDialog session={session} close={close} />}
      {doing === 'deleting' && <DeleteSessionDialog session={session} isCurrent={isCurrent} close={close} />}
    </li>
  )
}

function RenameDialog({ session, close }: { readonly session: Session; readonly close: () => void }) {
  const [title, setTitle] = useState(session.title)
  const { busy, error, run } = useAction()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(async () => {
      await renameSession(session.id, title.trim())
      await refreshSessions()
      close()
    })
  }
  return (
    <Dialog title="Rename" close={close}>
      <form class="stack" onSubmit={submit}>
        <TextField label="Title" value={title} set={setTitle} maxLength={100} required />
        {error && <Banner tone="bad">{error.message}</Banner>}
        <div class="dialog-end">
          <button class="button" type="button" onClick={close}>
            Cancel
          </button>
          <button class="button main" disabled={busy || title.trim() === ''}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function DeleteSessionDialog({ session, isCurrent, close }: { session: Session; isCurrent: boolean; close: () => void }) {
  const { route } = useLocation()
  const { busy, error, run } = useAction()
  const confirm = (): void =>
    run(async () => {
      await deleteSession(session.id)
      chat.forget(session.id)
      close()
      if (isCurrent) route('/chat')
      await refreshSessions()
    })
  return (
    <ConfirmDialog
      title="Delete this conversation?"
      verb="Delete"
      danger
      close={close}
      busy={busy}
      error={error}
      confirm={confirm}
    >
      <p>
        <b>{session.title || 'Untitled'}</b> and all its messages are gone for good.
      </p>
    </ConfirmDialog>
  )
}
