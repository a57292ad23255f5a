import { describe, expect, test } from 'vitest'
import type { AgentConfig } from '../../src/agent-config/index.ts'
import { McpServerError, mcpServers } from '../../src/mcp/index.ts'
import { configOf, described, failure, hold, poll } from './mcp-world.ts'
import { ToolServer, toolOf } from './tool-server.ts'
import { vi } from 'vitest'

describe('describing servers', () => {
  test('asks for all pages, keeps unknown fields, orders by name, and leaves no session', async () => {
    await using server = await ToolServer.start()
    server.tools = ['c', 'a', 'b'].map((name) => toolOf(name, { later: { unknown: [name] } }))
    server.pageSize = 2
    await using mcp = mcpServers({ localServers: () => true })
    expect(await described(mcp, { url: server.url })).toEqual({
      url: server.url,
      tools: ['a', 'b', 'c'].map((name) => toolOf(name, { later: { unknown: [name] } })),
      toolsFingerprint: expect.stringMatching(/^[\w-]{43}$/) as string,
      serverInfo: { name: 'test', version: '1.0.0' },
    })
    expect(server.count('tools/list')).toBe(2)
    await vi.waitUntil(() => server.sessions.size === 0, poll)
    expect(server.count('DELETE')).toBe(1)
  })

  test('gives equal bytes whatever order a server answers in', async () => {
    await using server = await ToolServer.start()
    server.tools = [toolOf('a'), toolOf('b')]
    await using mcp = mcpServers({ localServers: () => true })
    const first = JSON.stringify(await described(mcp, { url: server.url }))
    server.tools.reverse()
    expect(JSON.stringify(await described(mcp, { url: server.url }))).toBe(first)
  })

  test('reaches those of sub-agents and handoffs, all at once, and names each as a dependency', async () => {
    await using one = await ToolServer.start()
    await using other = await ToolServer.start()
    // Neither answers before both were asked.
    const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    for (const [index, server] of [one, other].entries()) {
      server.answers['tools/list'] = ({ id }, _, response) => {
        asked[index]!.resolve()
        void Promise.all(asked.map(({ promise }) => promise)).then(() =>
          response
            .setHeader('content-type', 'application/json')
            .end(JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } })),
        )
        return undefined
      }
    }
    await using mcp = mcpServers({ localServers: () => true })
    const agent = { description: 'd', mcpServers: { s: { url: one.url } } }
    const config: AgentConfig = {
      version: 1,
      model: 'a:b',
      subAgents: { x: agent },
      handoffs: { y: { description: 'd', subAgents: { z: { ...agent, mcpServers: { s: { url: other.url } } } } } },
    }
    const tags: string[] = []
    const result = await mcp.describeServers(config, { tag: (tag) => tags.push(tag) })
    expect(result.subAgents?.['x']?.mcpServers?.['s']?.tools).toEqual([])
    expect(result.handoffs?.['y']?.subAgents?.['z']?.mcpServers?.['s']?.tools).toEqual([])
    expect(new Set(tags).size).toBe(2)
  })

  test('is done once for all who ask while the server is being reached', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ localServers: () => true })
    const results = await Promise.all(Array.from({ length: 50 }, () => described(mcp, { url: server.url })))
    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
    expect(server.count('initialize')).toBe(1)
    expect(server.count('tools/list')).toBe(1)
  })

  test('is not shared once the question was put: the answer may be older than a change that the caller knows of', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ localServers: () => true })
    const held = Promise.withResolvers<() => void>()
    server.answers['tools/list'] = ({ id }, _, response) => {
      const result = { tools: [toolOf('old')] }
      held.resolve(() =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ jsonrpc: '2.0', id, result })),
      )
      delete server.answers['tools/list']
      return undefined
    }
    const before = described(mcp, { url: server.url })
    const answer = await held.promise
    server.tools = [toolOf('new')]
    const after = await described(mcp, { url: server.url })
    answer()
    expect((await before).tools?.map(({ name }) => name)).toEqual(['old'])
    expect(after.tools?.map(({ name }) => name)).toEqual(['new'])
  })

  test('uses a connection that agents have open', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ localServers: () => true })
    await using agent = await hold(mcp, { url: server.url })
    await agent.call('echo')
    const sessions = server.count('initialize')
    expect((await described(mcp, { url: server.url })).tools).toHaveLength(1)
    expect(server.count('initialize')).toBe(sessions)
  })

  test('is given up by the signal, for one without the others, and for the server when nobody waits any more', async () => {
    await using server = await ToolServer.start()
    server.answers['tools/list'] = () => undefined
    await using mcp = mcpServers({ localServers: () => true })
    const reason = new Error('enough')
    const controllers = [new AbortController(), new AbortController()]
    const waiting = controllers.map(({ signal }) => mcp.describeServers(configOf({ url: server.url }), { signal }))
    await vi.waitUntil(() => server.count('tools/list') === 1, poll)
    controllers[0]!.abort(reason)
    await expect(waiting[0]).rejects.toBe(reason)
    expect(server.sessions.size).toBe(1)
    controllers[1]!.abort(reason)
    await expect(waiting[1]).rejects.toBe(reason)
    await vi.waitUntil(() => server.sessions.size === 0, poll)
    const { signal } = controllers[0]!
    await expect(mcp.describeServers(configOf({ url: server.url }), { signal })).rejects.toBe(reason)
  })

  test('fails with the name of a server that cannot be reached, is silent, or has no end', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ localServers: () => true, connectTimeoutMs: 300, callTimeoutMs: 300 })
    server.answers['tools/list'] = ({ params }) => ({ result: { tools: [], nextCursor: `${String(params?.['cursor'])}.` } })
    const error: unknown = await described(mcp, { url: server.url }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(McpServerError)
    expect((error as McpServerError).server).toBe('s')
    expect((error as Error).message).toBe("The MCP server 's' lists its tools on more than 100 pages.")
    server.answers['tools/list'] = () => undefined
    expect(await failure(described(mcp, { url: server.url }))).toBe("The MCP server 's' did not answer within 300 ms.")
    await vi.waitUntil(() => server.sessions.size === 0, poll)
    server.answers['initialize'] = () => undefined
    expect(await failure(described(mcp, { url: server.url }))).toContain('there was no answer within 300 ms')
    await server.stop()
    expect(await failure(described(mcp, { url: server.url }))).toMatch(/cannot be reached: .*(ECONNREFUSED|other side closed)/)
    expect(await failure(described(mcp, { command: 'no-such-command' }))).toContain('there is no such command')
    expect(await failure(described(mcp, { command: 'sh', args: ['-c', 'exit 7'] }))).toContain('has ended (exit code 7)')
    expect(await failure(described(mcp, { command: 'sh', cwd: '/no/such/folder' }))).toContain('ENOENT')
  })

  test('of a server that refuses the credential fails without saying what it was', async () => {
    await using server = await ToolServer.start()
    server.credentials = ['Bearer right']
    const secrets = ['Bearer wrong-credential', 'no\nheader-value', 'with\0null-value']
    for (const secret of secrets) {
      await using mcp = mcpServers({ localServers: () => true, resolveSecret: () => secret })
      const headers = { authorization: { $secret: 'TOKEN' } }
      const errors: unknown[] = [await described(mcp, { url: server.url, headers }).catch((thrown: unknown) => thrown)]
      if (secret.includes('\0')) {
        errors.push(
          await described(mcp, { command: 'sh', env: { TOKEN: { $secret: 'TOKEN' } } }).catch((thrown: unknown) => thrown),
        )
      }
      for (const error of errors) {
        expect(error).toBeInstanceOf(McpServerError)
        const { stack, cause } = error as Error
        expect(`${stack} ${String(cause)}`).not.toMatch(/wrong-credential|header-value|null-value/)
      }
    }
  })
})
