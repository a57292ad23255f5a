import { flushCompileCache } from 'node:module'
import { sqliteStore } from '../../src/sqlite/index.ts'
import { Scenario } from './scenario.ts'

/** What a worker process is told to do, one after the other. It answers each with what it has counted. */
export type CountingOrder =
  | { readonly do: 'start'; readonly path: string; readonly prefix: string }
  | { readonly do: 'share'; readonly first: boolean }
  | { readonly do: 'run' | 'wait' | 'close' }
  | { readonly do: 'hear'; readonly invalidations: number }

export interface Counted {
  readonly worker: string
  readonly counts: Readonly<Record<string, number>>
  readonly live: number
  readonly invalidated: number
  readonly error?: string
}

let scenario: Scenario | undefined

async function carryOut(order: CountingOrder): Promise<void> {
  if (order.do === 'start') scenario = new Scenario('counted', order.prefix, sqliteStore({ path: order.path }))
  else if (order.do === 'share') await scenario!.shared(order.first)
  else if (order.do === 'hear') await scenario!.heard(order.invalidations)
  else await scenario![order.do]()
}

process.on('message', (order: CountingOrder) => {
  const answer = (error?: string): Counted => ({
    worker: scenario!.agents.cache.workers.name,
    counts: scenario!.agents.tally.counts,
    live: scenario!.agents.live.length,
    invalidated: scenario!.agents.invalidated,
    ...(error !== undefined && { error }),
  })
  void carryOut(order).then(
    () => process.send?.(answer()),
    (error: unknown) => process.send?.(answer(String(error))),
  )
})
process.on('disconnect', () => process.exit())
flushCompileCache()
