import { createAgentCache } from 'rekindle'
import { aiSdkAgents } from 'rekindle/ai-sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadAgentConfig } from '../src/database/load-agent-config.ts'
import { openDatabase } from '../src/database/open-database.ts'
import { seedSampleAgents } from '../src/database/sample-agents.ts'
import type { AppDatabase } from '../src/database/schema.ts'
import { ensureUser } from '../src/database/users.ts'
import { modelsFromEnvironment } from '../src/models/models.ts'
import { createTools } from '../src/tools/tool-registry.ts'
import { silentServers } from './editors.ts'

const now = (): number => Date.parse('2026-03-01T12:00:00Z')
const tools = createTools({ now })
let db: AppDatabase

beforeAll(async () => {
  db = await openDatabase({ path: ':memory:' })
  await seedSampleAgents(db, { model: null, now })
  await ensureUser(db, { id: 'ada', timeZone: 'Asia/Tokyo' }, now)
})
afterAll(() => db.destroy())

async function cache() {
  const { providers, defaultModel } = await modelsFromEnvironment({})
  return createAgentCache({
    namespace: 'sample-agents',
    ...aiSdkAgents({ models: providers, tools }),
    configScope: ['agentId', 'userId', 'reasoning'],
    liveScope: ['agentId', 'userId', 'reasoning'],
    loadConfig: (key, context) => loadAgentConfig({ db, defaultModel, toolServers: silentServers }, key, context),
  })
}

it.each([
  ['assistant', 'What is 12*7? And what time is it?', '12*7 = 84\nIn Asia/Tokyo it is 21:00 on Sunday, 2026-03-01 (UTC+09:00).'],
  [
    'data-analyst',
    'Summarise:\ncity,amount\nRome,3\nOslo,5',
    '2 rows. city: 2 different, most often "Rome" (once); amount: mean 4, median 4, from 3 to 5.',
  ],
  ['planner', 'What date is 10 days after 2026-03-01?', '10 days after 2026-03-01 is Wednesday, 2026-03-11.'],
])('the sample agent %s answers from its rows, without any key', async (agentId, prompt, answer) => {
  await using agents = await cache()
  await using lease = await agents.acquire({ agentId, userId: 'ada', sessionId: 's', reasoning: true })
  expect((await lease.agent.generate({ prompt })).text).toBe(answer)
})
