import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { createAgentCache } from '../src/index.ts'
import { redisStore } from '../src/redis/index.ts'

/** Uses an agent cache as a script does that has nothing else to wait for, and ends without closing anything. */
const [library, port] = process.argv.slice(2)
const client =
  library === 'ioredis'
    ? new Redis(Number(port), '127.0.0.1', { lazyConnect: true })
    : createClient({ socket: { host: '127.0.0.1', port: Number(port) } })
const agents = createAgentCache({
  namespace: 'script',
  store: redisStore({ client }),
  // On a machine that is busy with other things.
  storeTimeoutMs: 5_000,
  loadConfig: (key) => key,
  createAgent: (config) => config,
})
const sources: string[] = []
agents.on('store-error', ({ error }) => sources.push(String(error)))
for (const userId of ['a', 'a', 'b']) {
  const lease = await agents.acquire({ agentId: '1', userId, sessionId: '1', reasoning: false })
  sources.push(lease.source)
  lease.release()
}
await agents.invalidate('all')
process.stdout.write(sources.join())
