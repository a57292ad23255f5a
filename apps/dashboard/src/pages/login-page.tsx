import { useState } from 'preact/hooks'
import { Dialog } from '../parts/dialog.tsx'
import { SelectField, TextField } from '../parts/field.tsx'
import { Banner } from '../parts/states.tsx'
import { Mark } from '../parts/top.tsx'
import { useAction } from '../state/action.ts'
import { signIn } from '../state/identity.ts'

export function LoginPage({ developmentLogin }: { readonly developmentLogin: boolean }) {
  return (
    <main class="login page" id="content">
      <div class="card stack">
        <div class="brand">
          <Mark />
          Rekindle
        </div>
        <h1>Sign in</h1>
        <LoginForms developmentLogin={developmentLogin} />
      </div>
    </main>
  )
}

/** Over the page, which goes on where it was. */
export function LoginDialog({ developmentLogin }: { readonly developmentLogin: boolean }) {
  return (
    <Dialog title="You are signed in no longer">
      <p class="muted">Sign in again to go on. What you have written is still there.</p>
      <LoginForms developmentLogin={developmentLogin} />
    </Dialog>
  )
}

function LoginForms({ developmentLogin }: { readonly developmentLogin: boolean }) {
  const [withToken, setWithToken] = useState(!developmentLogin)
  return (
    <>
      {withToken ? <TokenForm /> : <DevelopmentForm />}
      {developmentLogin && (
        <button class="button plain little" type="button" onClick={() => setWithToken(!withToken)}>
          {withToken ? 'Sign in by name instead' : 'Sign in with a token instead'}
        </button>
      )}
    </>
  )
}

function TokenForm() {
  const [token, setToken] = useState('')
  const { busy, error, run } = useAction()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(() => signIn({ token: token.trim() }))
  }
  return (
    <form class="stack" onSubmit={submit}>
      <TextField
        label="Token"
        type="password"
        value={token}
        set={setToken}
        required
        autocomplete="off"
        hint="A JSON Web Token, an API key (rk_…) or the admin token. It is exchanged for a cookie and kept nowhere else."
      />
      {error && <Banner tone="bad">{error.message}</Banner>}
      <button class="button main" disabled={busy || token.trim() === ''}>
        {busy ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  )
}

function DevelopmentForm() {
  const [userId, setUserId] = useState('developer')
  const [role, setRole] = useState('admin')
  const { busy, error, run } = useAction()
  const submit = (event: Event): void => {
    event.preventDefault()
    run(() => signIn({ userId: userId.trim(), role: role === 'admin' ? 'admin' : 'user' }))
  }
  return (
    <form class="stack" onSubmit={submit}>
      <p class="muted">This server is for development: a name is enough, on this machine.</p>
      <TextField label="Name" value={userId} set={setUserId} required maxLength={100} autocomplete="username" />
      <SelectField
        label="Role"
        value={role}
        set={setRole}
        options={[
          ['admin', 'Admin: everything'],
          ['user', 'User: own and shared agents'],
        ]}
      />
      {error && <Banner tone="bad">{error.message}</Banner>}
      <button class="button main" disabled={busy || userId.trim() === ''}>
        {busy ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  )
}
