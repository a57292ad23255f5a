import { Redis } from 'ioredis'
import { createAdvisor } from '../../src/advisor/index.ts'
import { createAgentCache } from '../../src/index.ts'
import { redisStore } from '../../src/redis/index.ts'
import { sealed } from '../../src/sealed/index.ts'
import { sqliteStore } from '../../src/sqlite/index.ts'

/** What a worker process is told to be, and, while it runs, to do. */
export interface WorkerOrder {
  readonly store: { readonly sqlite: string } | { readonly redisPort: number }
  readonly namespace: string
  readonly isWatched?: boolean
  readonly sealingSecret?: string
  readonly maxAgents?: number
}

/** Requests for `session-0` to `session-<sessions - 1>` of agent `agent`, `rounds` times. */
export interface Requests {
  readonly agent: string
  readonly sessions: number
  readonly rounds: number
}

/** Holds agents until its parent goes, and asks for some when it is told to. */
function work({ store, namespace, isWatched, sealingSecret, maxAgents }: WorkerOrder): (requests: Requests) => Promise<void> {
  const plain =
    'sqlite' in store
      ? sqliteStore({ path: store.sqlite })
      : redisStore({ client: new Redis(store.redisPort, '127.0.0.1', { lazyConnect: true }) })
  const agents = createAgentCache({
    namespace,
    store: sealingSecret === undefined ? plain : sealed(plain, { keys: [{ id: 'test', secret: sealingSecret }] }),
    storeTimeoutMs: 5_000,
    live: { maxAgents: maxAgents ?? 1_000 },
    loadConfig: ({ agentId, sessionId }, { tag }) => {
      tag('model:\u001B[31mred')
      return { agentId, sessionId, text: 'x'.repeat(500) }
    },
    createAgent: (config) => config,
    ...(isWatched === true && { advisor: createAdvisor() }),
  })
  return async ({ agent, sessions, rounds }) => {
    for (let round = 0; round < rounds; round++) {
      for (let session = 0; session < sessions; session++) {
        const key = { agentId: agent, userId: 'ada', sessionId: `session-${session}`, reasoning: true }
        await agents.use(key, () => {})
      }
    }
  }
}

let ask: ((requests: Requests) => Promise<void>) | undefined
process.on('message', (message: WorkerOrder | Requests) => {
  if ('store' in message) ask = work(message)
  else void ask?.(message).then(() => process.send?.('done'))
})
process.on('disconnect', () => process.exit())
