import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AgentConfig } from '../../src/agent-config/agent-config.ts'
import { createAgentCache } from '../../src/index.ts'
import { type McpServers, mcpServers, type OpenMcpTools } from '../../src/mcp/index.ts'
import { collectGarbage } from '../faults/garbage.ts'
import { poll } from '../mcp/mcp-world.ts'
import { referenceServer, type RunningServer, startReferenceServer } from '../mcp/reference-server.ts'
import { ToolServer } from '../mcp/tool-server.ts'
import { type Adapter, cached, making } from './adapter-under-test.ts'
import { adapters } from './adapters.ts'
import { ModelServer } from './model-server.ts'

const plain: AgentConfig = { version: 1, model: 'local:m' }

let models: ModelServer
let reference: RunningServer
let tenants: ToolServer
let mcp: McpServers
/** Keeps the connections to the reference server from one framework to the next: starting it takes most of a second. */
let kept: OpenMcpTools
let everywhere: AgentConfig

beforeAll(async () => {
  models = await ModelServer.start()
  reference = await startReferenceServer('streamableHttp')
  tenants = await ToolServer.start()
  mcp = mcpServers({ localServers: () => true, resolveSecret: (name) => `Bearer ${name}` })
  const servers = { local: referenceServer, remote: { url: reference.url } }
  everywhere = cached(await mcp.describeServers({ ...plain, mcpServers: servers }))
  kept = await mcp.open(everywhere.mcpServers!, '$.mcpServers')
})
beforeEach(() => models.forget())
afterAll(async () => {
  await kept[Symbol.asyncDispose]()
  await mcp.close()
  for (const server of [models, reference, tenants]) await server[Symbol.asyncDispose]()
})

function configOf(user: string): AgentConfig {
  return { ...plain, mcpServers: { crm: { url: tenants.url, headers: { authorization: { $secret: user } } } } }
}

describe.each(Object.keys(adapters))('%s: agents with MCP servers', (name) => {
  let adapter: Adapter<object>
  const agents = () => adapter.agents({ baseURL: models.baseURL, mcp })
  beforeAll(async () => {
    adapter = await adapters[name]!()
  })

  it('call the tools of the reference server over stdio and over HTTP, and hear of its errors', async () => {
    const made = agents()
    const agent = await made.createAgent(everywhere, {}, making())
    for (const server of ['local', 'remote']) {
      const echo = `call ${server}_echo {"message":"${server}"}`
      expect(await adapter.generate(agent, echo)).toBe(`Got: Echo: ${server}`)
      expect(await adapter.stream(agent, `${echo} then call ${server}_get-sum {"a":1,"b":2}`)).toContain('1 and 2 is 3')
      // What is wrong, the model hears, and may put right.
      const wrong = `call ${server}_get-sum {"a":"x"} then ${echo}`
      expect(await adapter.generate(agent, wrong)).toBe(`Got: Echo: ${server}`)
    }
    const runs = Array.from({ length: 20 }, (_, index) => adapter.generate(agent, `call remote_echo {"message":"${index}"}`))
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 20 }, (_, index) => `Got: Echo: ${index}`))
    await made.disposeAgent(agent)
  })

  it('share a connection with those of the same credential, and none with anybody else', async () => {
    const made = agents()
    const described = await mcp.describeServers(configOf('ann'))
    const configs = [described, described, await mcp.describeServers(configOf('bob'))]
    tenants.seen.length = 0
    const all = await Promise.all(configs.map((config) => made.createAgent(cached(config), {}, making())))
    expect(tenants.seen).toEqual([])

    const answers = await Promise.all(all.map((agent) => adapter.generate(agent, 'call crm_echo {}')))
    expect(answers.map((answer) => /Bearer (\w+)/.exec(answer)?.[1])).toEqual(['ann', 'ann', 'bob'])
    expect(tenants.count('initialize')).toBe(2)
    await Promise.all(all.map((agent) => made.disposeAgent(agent)))
    expect(tenants.sessions.size).toBe(0)
  })

  // Of rekindle/mcp itself there are 2000 more, with processes among its servers: mcp-leaks.test.ts.
  it('leave nothing behind after 500 of them, some of which have called a tool', async () => {
    const users = Array.from({ length: 5 }, (_, index) => `user-${index}`)
    const described = await Promise.all(users.map((user) => mcp.describeServers(configOf(user))))
    const cache = createAgentCache({
      namespace: name,
      configScope: ['agentId', 'userId'],
      loadConfig: ({ userId }) => described[users.indexOf(userId)]!,
      ...agents(),
      live: { maxAgents: 10 },
    })
    const round = async (from: number, to: number) => {
      for (let session = from; session < to; session++) {
        const key = { agentId: 'a', userId: users[session % 5]!, sessionId: String(session), reasoning: false }
        await cache.use(key, async (agent) => session % 50 === 0 && adapter.generate(agent, 'call crm_echo {}'))
      }
    }
    await round(0, 150)
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    await round(150, 500)
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_500_000)
    await cache.close()
    expect(tenants.sessions.size).toBe(0)
    // The server hears of it a moment later.
    await vi.waitUntil(() => tenants.streams === 0, poll)
  })
})
