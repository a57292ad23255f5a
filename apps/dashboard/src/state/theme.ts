import { effect, signal } from '@preact/signals'

const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const place = 'rekindle-theme'

/** What was chosen in this browser. */
export const theme = signal<Theme>(kept())

/** Counts how often colours have changed: what is painted with them, not styled, is to be painted again. */
export const paint = signal(0)

export function nextTheme(): void {
  theme.value = themes[(themes.indexOf(theme.value) + 1) % themes.length]!
}

/** From now on the page has the chosen theme. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value
    keep(theme.value)
    paint.value = paint.peek() + 1
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => paint.value++)
}

// A browser may refuse storage; the choice then lasts as long as the page.
function kept(): Theme {
  try {
    return themes.find((each) => each === localStorage.getItem(place)) ?? 'system'
  } catch {
    return 'system'
  }
}

function keep(chosen: Theme): void {
  try {
    localStorage.setItem(place, chosen)
  } catch {
    return
  }
}
