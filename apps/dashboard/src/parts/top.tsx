import { useEffect } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { lastIdentity, signOut } from '../state/identity.ts'
import { nextTheme, theme } from '../state/theme.ts'
import { useAction } from '../state/action.ts'
import { Icon } from './icon.tsx'

const links = [
  ['/', 'Overview', 'admin'],
  ['/agents', 'Agents', 'user'],
  ['/explain', 'Explain', 'user'],
  ['/advice', 'Advice', 'admin'],
  ['/chat', 'Chat', 'user'],
] as const

export function Top() {
  const { path } = useLocation()
  const isAdmin = lastIdentity.value?.role === 'admin'
  const isAt = (place: string): boolean => (place === '/' ? path === '/' : path === place || path.startsWith(`${place}/`))
  const label = links.find(([place]) => isAt(place))?.[1]
  useEffect(() => {
    document.title = label === undefined ? 'Rekindle' : `${label} · Rekindle`
  }, [label])
  return (
    <header class="top">
      <a class="brand" href={isAdmin ? '/' : '/chat'}>
        <Mark />
        Rekindle
      </a>
      <nav class="nav" aria-label="Pages">
        {links
          .filter(([, , role]) => isAdmin || role === 'user')
          .map(([place, label]) => (
            <a href={place} {...(isAt(place) && { 'aria-current': 'page' as const })}>
              {label}
            </a>
          ))}
      </nav>
      <div class="top-end">
        <ThemeButton />
        <Account />
      </div>
    </header>
  )
}

/** Three tiers, the smallest and fastest on top. */
export function Mark() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect class="mark-memory" x="8" y="3" width="8" height="4.500" rx="1.500" fill="var(--memory)" />
      <rect x="5" y="9.500" width="14" height="4.500" rx="1.500" fill="var(--config)" />
      <rect x="2" y="16" width="20" height="4.500" rx="1.500" fill="var(--build)" />
    </svg>
  )
}

const themeNames = { system: "the system's", light: 'light', dark: 'dark' } as const
const themeIcons = { system: 'auto', light: 'sun', dark: 'moon' } as const

function ThemeButton() {
  const label = `Colours: ${themeNames[theme.value]}. Change`
  return (
    <button class="button plain icon" type="button" aria-label={label} title={label} onClick={nextTheme}>
      <Icon name={themeIcons[theme.value]} />
    </button>
  )
}

function Account() {
  const identity = lastIdentity.value
  const { busy, run } = useAction()
  if (identity === undefined) return null
  return (
    <>
      <span class="cut small" title={`${identity.userId}, ${identity.role}`}>
        <span class="hidden-text">Signed in as </span>
        {identity.userId}
        {identity.role === 'admin' && <span class="muted"> · admin</span>}
      </span>
      <button class="button little" type="button" disabled={busy} onClick={() => run(signOut)}>
        Sign out
      </button>
    </>
  )
}
