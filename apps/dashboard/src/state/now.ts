import { signal } from '@preact/signals'

/** Seconds tick: for ages that grow while one looks. */
export const now = signal(Date.now())

export function keepTime(): void {
  setInterval(() => {
    if (!document.hidden) now.value = Date.now()
  }, 1_000)
}
