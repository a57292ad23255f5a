import { randomUUID } from 'node:crypto'
import type { ConfigStore } from './config-store.ts'

/** Stands in where there is no config tier: keeps nothing but the invalidation clock of this process. */
export const noStore: ConfigStore = {
  name: 'none',
  connect() {
    const history = randomUUID()
    let clock = 0
    const now = () => ({ history, clock, floor: 0 })
    return {
      read: async () => ({ pointer: undefined, clock: now() }),
      readBlob: async () => undefined,
      write: async () => {},
      remove: async () => {},
      invalidate: async () => ({ previous: clock++, clock: now() }),
      changesSince: async () => ({ clock: now(), targets: [] }),
      close: async () => {},
    }
  },
}
