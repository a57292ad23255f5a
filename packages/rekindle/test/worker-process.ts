import { Redis } from 'ioredis'
import { createAgentCache } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'
import { sqliteStore } from '../src/sqlite/index.ts'

/** What a worker process is told: where the store is, and what to do. */
export interface WorkerOrder {
  readonly store: { readonly sqlite: string } | { readonly redisPort: number }
  readonly worker: number
  readonly requests: number
  readonly keys: number
}

/** What it reports when it is done. */
export interface WorkerReport {
  readonly wrong: readonly string[]
  readonly errors: readonly string[]
  readonly served: { readonly memory: number; readonly config: number; readonly build: number }
}

/** Serves requests for random keys, with invalidations among them, and checks each agent it gets. */
async function work({ store, worker, requests, keys }: WorkerOrder): Promise<WorkerReport> {
  const client = 'sqlite' in store ? undefined : new Redis(store.redisPort, '127.0.0.1')
  const wrong: string[] = []
  const errors: string[] = []
  const agents = createAgentCache({
    namespace: 'workers',
    storeTimeoutMs: 5_000,
    live: { maxAgents: 5 },
    store: client === undefined ? sqliteStore({ path: (store as { sqlite: string }).sqlite }) : redisStore({ client }),
    loadConfig: (key, { tag }) => {
      tag(`model:${key.agentId}`)
      return { key, text: 'x'.repeat(500) }
    },
    createAgent: ({ key }) => ({ key }),
  })
  agents.on('store-error', ({ operation, error }) => errors.push(`${operation}: ${String(error)}`))
  agents.on('config-refused', ({ reason }) => errors.push(reason))

  // A fixed sequence per worker: the same run every time, but for how the processes interleave.
  let seed = worker + 1
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let request = 0; request < requests; request++) {
    const key = { agentId: `a${next(keys)}`, userId: `u${next(2)}`, sessionId: 's"|:', reasoning: next(2) === 1 }
    await agents.use(key, (agent) => {
      if (JSON.stringify(agent.key) !== JSON.stringify(key)) wrong.push(`${JSON.stringify(key)} → ${JSON.stringify(agent.key)}`)
    })
    if (request % 50 === 49)
      await agents.invalidate(next(2) === 1 ? { agentId: key.agentId } : { tags: [`model:${key.agentId}`] })
  }
  const { served } = agents.stats()
  await agents.close()
  client?.disconnect()
  return { wrong, errors, served }
}

process.once('message', (order: WorkerOrder) => {
  void work(order).then((report) => process.send?.(report, () => process.disconnect()))
})
