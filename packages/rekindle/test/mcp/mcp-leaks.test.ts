import { expect, test, vi } from 'vitest'
import { createAgentCache } from '../../src/index.ts'
import { mcpServers } from '../../src/mcp/index.ts'
import { collectGarbage } from '../faults/garbage.ts'
import { configOf, localServer, poll } from './mcp-world.ts'
import { ToolServer } from './tool-server.ts'

/** What holds the process, by kind. */
function held(): { [kind: string]: number } {
  const counts: { [kind: string]: number } = {}
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1
  return counts
}

test('2000 agents, made and disposed of, leave no session, process, socket, listener or memory', async () => {
  await using server = await ToolServer.start()
  const mcp = mcpServers({ localServers: () => true, resolveSecret: (name) => `secret of ${name}` })
  const agents = createAgentCache({
    namespace: 'leaks',
    loadConfig: ({ agentId, userId }, { signal, tag }) => {
      const at = agentId === 'local' ? localServer() : { url: server.url, headers: { authorization: { $secret: userId } } }
      const tools = [{ name: agentId === 'local' ? 'where' : 'echo', inputSchema: {} }]
      return mcp.describeServers(configOf({ ...at, tools }), { signal, tag })
    },
    createAgent: (config) => mcp.open(config.mcpServers!, '$.mcpServers'),
    live: { maxAgents: 10 },
  })
  const ask = async (agentId: string, session: number, called: boolean) => {
    const key = { agentId, userId: `user ${session % 40}`, sessionId: String(session), reasoning: false }
    await agents.use(key, async ({ tools: [tool] }) => called && tool!.call({}))
  }
  const rounds = async (from: number, to: number) => {
    for (let session = from; session < to; session++) await ask('remote', session, session % 20 === 0)
  }
  await ask('local', 0, true)
  await rounds(0, 500)
  collectGarbage()
  const heapBefore = process.memoryUsage().heapUsed
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)
  await rounds(500, 2_000)
  await ask('local', 2_000, true)
  collectGarbage()
  expect(process.memoryUsage().heapUsed - heapBefore).toBeLessThan(3_000_000)
  expect(process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)).toBe(listeners)
  expect(server.count('initialize')).toBeGreaterThan(50)

  await agents.close()
  expect(server.sessions.size).toBe(0)
  expect(server.streams).toBe(0)
  await mcp.close()
  await server.stop()
  await vi.waitUntil(() => !['ProcessWrap', 'TCPSocketWrap'].some((kind) => kind in held()), poll)
})
