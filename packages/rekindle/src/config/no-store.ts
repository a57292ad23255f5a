import type { ConfigStore } from './config-store.ts'

/** There is nothing it could be mistaken for: this clock never leaves its process. */
export const noHistory = 'none'

/** What is loaded while more invalidations than this go by is not kept: it could not be said which of them concern it. */
const remembered = 10_000

/** Stands in where there is no config tier: keeps nothing but the invalidation clock of this process. */
export const noStore: ConfigStore = {
  name: 'none',
  connect() {
    let clock = 0
    const now = () => ({ history: noHistory, clock, floor: Math.max(0, clock - remembered) })
    return {
      read: async () => ({ pointer: undefined, clock: now() }),
      readBlob: async () => undefined,
      write: async () => {},
      remove: async () => {},
      invalidate: async () => ({ previous: clock++, clock: now() }),
      sync: async () => ({ clock: now(), targets: [] }),
      workers: async () => ({ reports: [], keptForMs: Infinity }),
      claim: async () => ({ granted: true }),
      release: async () => [],
      send: async () => {},
      listen: () => () => {},
      close: async () => {},
    }
  },
}
