// A worker of its own that runs an agent of every framework: made by a full build or from the store, and then made anew.
import { createAgentCache } from '../../src/index.ts'
import { mcpServers } from '../../src/mcp/index.ts'
import { sqliteStore } from '../../src/sqlite/index.ts'
import { sampleConfig } from './adapter-under-test.ts'
import { adapters } from './adapters.ts'
import type { RecordedOrder, RecordedRun } from './recorded-orders.ts'

const { baseURL, path, servers, builds } = JSON.parse(process.argv[2] ?? '') as RecordedOrder
const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: true }
const runs: RecordedRun[] = []

await using mcp = mcpServers({ localServers: () => true })
const described = builds ? await mcp.describeServers({ ...sampleConfig, mcpServers: servers }) : undefined

for (const [name, load] of Object.entries(adapters)) {
  const adapter = await load()
  // A cache for each run, as after a restart: only the store remembers.
  for (let turn = 0; turn < 2; turn++) {
    const agents = createAgentCache({
      namespace: name,
      store: sqliteStore({ path }),
      loadConfig: () => {
        if (described === undefined || turn > 0) throw new Error('The config was to come from the store.')
        return { ...described, instructions: name }
      },
      ...adapter.agents({ baseURL, mcp, resolveSecret: (secret) => `<${secret}>`, otherOrder: !builds }),
    })
    const source = await agents.acquire(key).then(async (lease) => {
      await adapter.generate(lease.agent, 'call weather {"city":"Oslo"}')
      lease.release()
      return lease.source
    })
    runs.push({ adapter: name, source })
    await agents.close()
  }
}
process.stdout.write(JSON.stringify(runs))
