import type { StoreClock } from './config/config-store.ts'
import type { Commons } from './fleet.ts'
import type { Invalidated } from './invalidation/invalidations.ts'
import { InvalidationView } from './invalidation/view.ts'
import { Latency } from './counts/latency.ts'

/** There is nothing it could be mistaken for: this clock never leaves its process. */
const history = 'none'

/** What is loaded while more invalidations than this go by is not kept: it could not be said which of them concern it. */
const remembered = 10_000

/** Stands in where there is no store: nothing is shared, and nobody else could invalidate anything. */
export function alone<Config>(
  worker: string,
  live: { vouchedUntil: number },
  onInvalidated: (invalidated: Invalidated) => void,
): Commons<Config> {
  const view = new InvalidationView(history)
  let clock = 0
  let closed = false
  live.vouchedUntil = Infinity

  return {
    fleet: {
      invalidations: {
        view,
        async invalidate(targets): Promise<StoreClock> {
          const advanced = { history, clock: ++clock, floor: Math.max(0, clock - remembered) }
          view.apply({ clock: advanced, targets: targets.map((target) => [target, clock] as const) })
          onInvalidated({ targets, stamp: view.stamp, floor: 0 })
          return advanced
        },
      },
      heartbeat: { synced: true, toleratedMs: Infinity, start() {}, ensure: async () => true, verify: async () => true },
      confirmations: { async confirm() {} },
      loadInTurn: undefined,
      asks: {
        worker,
        get closed() {
          return closed
        },
        ask: async () => ({ answers: new Map(), silent: [], unreachable: false }),
      },
      health: { name: 'none', state: 'none', since: undefined, failures: 0, latency: new Latency().summary() },
      async leave() {
        closed = true
      },
      async close() {},
    },
    configs: {
      lookup: async () => ({ refusal: 'absent', fallback: undefined }),
      async write() {},
      remove() {},
    },
    inspection: undefined,
  }
}
