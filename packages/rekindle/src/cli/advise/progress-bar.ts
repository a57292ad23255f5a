import type { Terminal } from '../terminal.ts'

const length = 30

/** How far something is, for who looks. */
export function progressBar({ isAttended, err }: Terminal): { show(done: number, of: number): void; end(): void } {
  if (!isAttended) return { show() {}, end() {} }
  return {
    show(done, of) {
      const full = Math.round((done / of) * length)
      err(`\r${'█'.repeat(full)}${'░'.repeat(length - full)} ${Math.floor((done / of) * 100)} %`)
    },
    end: () => err('\r\u001B[K'),
  }
}
