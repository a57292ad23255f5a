// docs/operations.md
import { Redis } from 'ioredis'
import { createAgentCache } from 'rekindle'
import { redisStore } from 'rekindle/redis'
import { key, options } from './small-agents.ts'

const client = new Redis(process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', { lazyConnect: true })

// #region sealed
import { sealed } from 'rekindle/sealed'

const store = sealed(redisStore({ client }), {
  keys: [{ id: '2026-11', secret: process.env.CACHE_KEY }], // openssl rand -base64 32
})
// #endregion sealed

const agents = createAgentCache({ ...options, store })

export { agents, client, key }
