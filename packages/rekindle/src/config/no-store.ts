import type { ConfigStore } from './config-store.ts'

/** There is nothing it could be mistaken for: this clock never leaves its process. */
export const noHistory = 'none'

/** Stands in where there is no config tier: keeps nothing but the invalidation clock of this process. */
export const noStore: ConfigStore = {
  name: 'none',
  connect() {
    let clock = 0
    const now = () => ({ history: noHistory, clock, floor: 0 })
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
