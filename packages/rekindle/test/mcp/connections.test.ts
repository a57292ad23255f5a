import { describe, expect, test, vi } from 'vitest'
import { ManualClock } from '../../src/testing/index.ts'
import { type McpServers, McpServerError, mcpServers, type ToolsChanged } from '../../src/mcp/index.ts'
import { tagOf } from '../../src/mcp/server-address.ts'
import { answerOf, described, failure, hold, poll } from './mcp-world.ts'
import { ToolServer, toolOf } from './tool-server.ts'

const tools = [toolOf('echo')] as never

/** Agents of a server `at` that is not asked for its tools. */
const holdUndescribed = (mcp: McpServers, at: ToolServer) => hold(mcp, { url: at.url, tools })

describe('a connection', () => {
  test('is made on the first call, by all first callers together, and ended on the server with the last agent', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    const agents = await Promise.all(Array.from({ length: 20 }, () => holdUndescribed(mcp, server)))
    expect(server.seen).toEqual([])
    const answers = await Promise.all(agents.map((agent, index) => agent.call('echo', { index })))
    expect(answers.map((answer) => answerOf(answer)['index'])).toEqual(agents.map((_, index) => index))
    expect(server.count('initialize')).toBe(1)
    for (const agent of agents.slice(1)) await agent[Symbol.asyncDispose]()
    await agents[1]![Symbol.asyncDispose]()
    expect(server.sessions.size).toBe(1)
    await agents[0]![Symbol.asyncDispose]()
    expect(server.sessions.size).toBe(0)
    await expect(agents[0]!.call('echo')).rejects.toThrow(McpServerError)
    expect(server.count('initialize')).toBe(1)
  })

  test('is never shared by two credentials, and a secret that has changed makes another', async () => {
    await using server = await ToolServer.start()
    let token = 'one'
    await using mcp = mcpServers({ resolveSecret: () => token })
    const config = { url: server.url, headers: { authorization: { $secret: 'TOKEN' } }, tools }
    const one = await hold(mcp, config)
    token = 'two'
    const two = await hold(mcp, config)
    const same = await hold(mcp, config)
    const by = await Promise.all([one, two, same].map(async (agent) => answerOf(await agent.call('echo'))['by']))
    expect(by).toEqual(['one', 'two', 'two'])
    expect(server.count('initialize')).toBe(2)
    for (const agent of [one, two, same]) await agent[Symbol.asyncDispose]()
    expect(server.sessions.size).toBe(0)
  })

  test('that was not used for idleMs is ended, and made again by the next call', async () => {
    await using server = await ToolServer.start()
    const clock = new ManualClock()
    await using mcp = mcpServers({ clock, idleMs: 1_000 })
    await using agent = await holdUndescribed(mcp, server)
    await agent.call('echo')
    await clock.advance(999)
    await agent.call('echo')
    await clock.advance(999)
    expect(server.sessions.size).toBe(1)
    await clock.advance(1)
    await vi.waitUntil(() => server.sessions.size === 0, poll)
    await agent.call('echo')
    expect(server.count('initialize')).toBe(2)
  })

  test('is not idle while a call takes long', async () => {
    await using server = await ToolServer.start()
    const clock = new ManualClock()
    await using mcp = mcpServers({ clock, idleMs: 1_000 })
    await using agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = () => undefined
    const controller = new AbortController()
    const slow = agent.call('echo', {}, controller.signal)
    await vi.waitUntil(() => server.count('tools/call') === 1, poll)
    delete server.answers['tools/call']
    await agent.call('echo')
    await clock.advance(5_000)
    expect(server.count('DELETE')).toBe(0)
    controller.abort()
    await failure(slow)
  })

  test('whose session the server has forgotten is made again, and the calls it refused are sent again', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    await agent.call('echo')
    server.forget()
    const answers = await Promise.all([agent.call('echo', { a: 1 }), agent.call('echo', { a: 2 })])
    expect(answers.map((answer) => answerOf(answer)['a'])).toEqual([1, 2])
    expect(server.count('initialize')).toBe(2)
    expect(server.sessions.size).toBe(1)
  })

  test('to a server that went and came back serves again', async () => {
    await using server = await ToolServer.start()
    const { port } = server
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    await agent.call('echo')
    await server.stop()
    expect(await failure(agent.call('echo'))).toMatch(/^The MCP server 's' cannot be reached/)
    await using again = await ToolServer.start(port)
    expect(answerOf(await agent.call('echo', { a: 1 }))['a']).toBe(1)
    expect(again.sessions.size).toBe(1)
  })

  test('that cannot be made fails for all who wait, once, and is tried again by the next call', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    const agents = await Promise.all([holdUndescribed(mcp, server), holdUndescribed(mcp, server)])
    server.answers['initialize'] = () => ({ error: { code: -32_000, message: 'not today' } })
    const messages = await Promise.all(agents.map((agent) => failure(agent.call('echo'))))
    expect(messages).toEqual(Array(2).fill("The MCP server 's' answered with an error: not today"))
    expect(server.count('initialize')).toBe(1)
    delete server.answers['initialize']
    await agents[0]!.call('echo')
    await mcp.close()
    expect(server.sessions.size).toBe(0)
  })

  test('that is being made when everybody leaves is ended on the server all the same', async () => {
    await using server = await ToolServer.start()
    const greeted = Promise.withResolvers<() => void>()
    server.answers['initialize'] = (message, _, response) => {
      const id = 'late'
      greeted.resolve(() => {
        server.sessions.add(id)
        const result = {
          protocolVersion: message.params?.['protocolVersion'],
          capabilities: {},
          serverInfo: { name: 'n', version: 'v' },
        }
        response.writeHead(200, { 'content-type': 'application/json', 'mcp-session-id': id })
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }))
      })
      return undefined
    }
    const mcp = mcpServers()
    const agent = await holdUndescribed(mcp, server)
    const called = failure(agent.call('echo'))
    const answer = await greeted.promise
    const closing = mcp.close()
    expect(await called).toContain('was disconnected')
    answer()
    await closing
    expect(server.sessions.size).toBe(0)
  })
})

describe('a call', () => {
  test('that may have been carried out is never sent again', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    await agent.call('echo')
    server.answers['tools/call'] = (_, request) => void request.socket.destroy()
    expect(await failure(agent.call('echo'))).toMatch(/^The MCP server 's' cannot be reached/)
    expect(server.count('tools/call')).toBe(2)
  })

  test('whose answer breaks off is rejected at once', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = (_, __, response) =>
      void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(': nothing\n\n')
    expect(await failure(agent.call('echo'))).toContain('the answer broke off; what was asked for may have been done')
    expect(server.count('tools/call')).toBe(1)
  })

  test('that is given up is cancelled on the server, and nothing else is', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = () => undefined
    const reason = new Error('enough')
    const controller = new AbortController()
    const call = agent.call('echo', {}, controller.signal)
    await vi.waitUntil(() => server.count('tools/call') === 1, poll)
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
    await vi.waitUntil(() => server.cancelled.length === 1, poll)
    delete server.answers['tools/call']
    await agent.call('echo')
    expect(server.count('initialize')).toBe(1)
    await expect(agent.call('echo', {}, controller.signal)).rejects.toBe(reason)
  })

  test('that is given up while the connection is being made leaves it to the others', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    const controller = new AbortController()
    const first = failure(agent.call('echo', {}, controller.signal))
    const second = agent.call('echo', { a: 1 })
    controller.abort(new Error('enough'))
    expect(await first).toBe('enough')
    expect(answerOf(await second)['a']).toBe(1)
    expect(server.count('initialize')).toBe(1)
    expect(server.count('tools/call')).toBe(1)
  })

  test('in progress when its agent is disposed of is rejected', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    const agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = () => undefined
    const call = failure(agent.call('echo'))
    await vi.waitUntil(() => server.count('tools/call') === 1, poll)
    await agent[Symbol.asyncDispose]()
    expect(await call).toContain('was disconnected')
    expect(server.sessions.size).toBe(0)
  })

  test('that takes longer than callTimeoutMs is rejected, and the connection stays', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ callTimeoutMs: 100 })
    await using agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = () => undefined
    expect(await failure(agent.call('echo'))).toBe("The MCP server 's' did not answer within 100 ms.")
    delete server.answers['tools/call']
    await agent.call('echo')
    expect(server.count('initialize')).toBe(1)
  })

  test('that was given up is no longer answered: its connection does not stay, nor is read from', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ callTimeoutMs: 1_000 })
    await using agent = await holdUndescribed(mcp, server)
    // What is given up before it has been sent, on a slow machine while the connection is made, is not cancelled.
    await agent.call('echo')
    let open = 0
    const giveUp = new AbortController()
    server.answers['tools/call'] = (_, _request, response) => {
      open++
      response.on('close', () => open--)
      if (open % 2 === 0) response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': wait\n\n')
      if (open === 3) giveUp.abort()
      return undefined
    }
    const calls = [agent.call('echo'), agent.call('echo'), agent.call('echo', {}, giveUp.signal)]
    await Promise.allSettled(calls)
    await vi.waitUntil(() => open === 0 && server.cancelled.length === 3, poll)
  })

  test('that a server has refused is not repeated, and disturbs no other call', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    const slow = Promise.withResolvers<() => void>()
    server.answers['tools/call'] = ({ id, params }, _, response) => {
      const { status = 0 } = Object(params?.['arguments']) as { status?: number }
      if (status > 200) return void response.writeHead(status).end('these arguments are not what it takes')
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: { content: [] } })
      slow.resolve(() => response.writeHead(200, { 'content-type': 'application/json' }).end(text))
      return undefined
    }
    const other = agent.call('echo', { status: 200 })
    const answer = await slow.promise
    expect(await failure(agent.call('echo', { status: 400 }))).toContain('answered with HTTP status 400')
    expect(server.count('tools/call')).toBe(2)
    // As a backend does that does not know the session, though another does.
    expect(await failure(agent.call('echo', { status: 404 }))).toContain('answered with HTTP status 404')
    answer()
    expect(await other).toEqual({ content: [] })
  })

  test('fails with what the server says is wrong with it, without the secrets that it repeats', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers({ resolveSecret: () => 'Bearer very-secret-token' })
    await using agent = await hold(mcp, { url: server.url, tools, headers: { authorization: { $secret: 'T' } } })
    server.answers['tools/call'] = () => ({ error: { code: -32_602, message: 'no such thing; you are very-secret-token' } })
    expect(await failure(agent.call('echo'))).toBe("The MCP server 's' answered with an error: no such thing; you are [secret]")
  })

  test('gives what the tool reports as an error, and content that is not known as text; what is no result is refused', async () => {
    await using server = await ToolServer.start()
    await using mcp = mcpServers()
    await using agent = await holdUndescribed(mcp, server)
    server.answers['tools/call'] = () => ({ result: { content: [{ type: 'video', url: 'u' }], isError: true } })
    expect(await agent.call('echo')).toEqual({ content: [{ type: 'text', text: '{"type":"video","url":"u"}' }], isError: true })
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    server.answers['tools/call'] = ({ id }, _, response) => {
      const text = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"odd","is":${deep}}]}}`
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    }
    expect(await agent.call('echo')).toEqual({ content: [{ type: 'text', text: '[content that is nested too deeply]' }] })
    server.answers['tools/call'] = () => ({ result: { content: [{ type: 'text' }] } })
    expect(await failure(agent.call('echo'))).toBe("The MCP server 's' gave a result that the protocol does not know.")
  })
})

describe('tools that have changed', () => {
  /** A server, an agent that holds it, and what is told of it. */
  async function watch(server: ToolServer) {
    const told: ToolsChanged[] = []
    const mcp = mcpServers({ onToolsChanged: (change) => void told.push(change) })
    const config = await described(mcp, { url: server.url })
    return { told, mcp, config }
  }

  test('while a connection is open are told of once, whoever is connected, with the tag that describing named', async () => {
    await using server = await ToolServer.start()
    const told: ToolsChanged[] = []
    const tags: string[] = []
    const clock = new ManualClock()
    await using mcp = mcpServers({ onToolsChanged: (change) => void told.push(change), resolveSecret: (name) => name, clock })
    const agents = []
    for (const user of ['a', 'b']) {
      const config = {
        version: 1,
        model: 'a:b',
        mcpServers: { s: { url: server.url, headers: { authorization: { $secret: user } } } },
      } as const
      const { mcpServers: servers } = await mcp.describeServers(config, { tag: (tag) => tags.push(tag) })
      const agent = await hold(mcp, { ...servers!['s']!, headers: { authorization: { $secret: user } } })
      await agent.call('echo')
      agents.push(agent)
    }
    // Each was described, and looked at when it was connected.
    await vi.waitUntil(() => server.streams === 2 && server.count('tools/list') === 4, poll)
    // It says so, but it is not true.
    server.announce()
    await vi.waitUntil(() => server.count('tools/list') === 6, poll)
    for (const agent of agents) await agent.call('echo')
    await clock.advance(1_000)
    expect(told).toEqual([])
    server.tools = [toolOf('echo'), toolOf('new')]
    server.announce()
    await vi.waitUntil(async () => {
      await clock.advance(200)
      return told.length === 1
    }, poll)
    // Whoever has the server, by whatever credential, hears of it by this one tag.
    expect(new Set(tags)).toEqual(new Set([told[0]!.tag]))
    expect(told[0]!.server).toBe('s')
  })

  test('to what no list can be kept of are not told of, and end nothing', async () => {
    await using server = await ToolServer.start()
    const { told, mcp, config } = await watch(server)
    const deep = `${'['.repeat(50_000)}${']'.repeat(50_000)}`
    server.answers['tools/list'] = ({ id }, _, response) => {
      const text = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[{"name":"odd","inputSchema":{"a":${deep}}}]}}`
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(text)
    }
    await using agent = await hold(mcp, config)
    await agent.call('echo')
    // What is thrown while the list is looked at and nobody catches, fails the test run.
    await vi.waitUntil(() => server.count('tools/list') === 2, poll)
    expect(answerOf(await agent.call('echo', { a: 1 }))['a']).toBe(1)
    await mcp.close()
    expect(told).toEqual([])
  })

  test('while nobody was connected are told of when a call connects, and that is not held up', async () => {
    await using server = await ToolServer.start()
    const { told, mcp, config } = await watch(server)
    server.tools = [toolOf('echo', { description: 'changed' })]
    const looked = Promise.withResolvers<() => void>()
    server.answers['tools/list'] = ({ id }, _, response) => {
      const text = JSON.stringify({ jsonrpc: '2.0', id, result: { tools: server.tools } })
      looked.resolve(() => response.setHeader('content-type', 'application/json').end(text))
      return undefined
    }
    await using agent = await hold(mcp, config)
    await agent.call('echo')
    const answer = await looked.promise
    expect(told).toEqual([])
    answer()
    await vi.waitUntil(() => told.length === 1, poll)
    expect(server.count('tools/list')).toBe(2)
    await mcp.close()
  })

  test('are not those that the application left out or wrote itself', async () => {
    await using server = await ToolServer.start()
    server.tools = [toolOf('echo'), toolOf('unwanted')]
    const { told, mcp, config } = await watch(server)
    await using agent = await hold(mcp, { ...config, tools: config.tools!.slice(0, 1) })
    await using other = await hold(mcp, { url: `${server.url}?other`, tools })
    await agent.call('echo')
    await other.call('echo')
    await vi.waitUntil(() => server.count('tools/list') === 3 && server.streams === 2, poll)
    server.tools = [toolOf('echo')]
    server.announce()
    await vi.waitUntil(() => server.count('tools/list') === 5 && told.length > 0, poll)
    // Not the server whose list the application wrote.
    expect(told).toEqual([{ server: 's', tag: tagOf(config) }])
    await mcp.close()
  })
})
