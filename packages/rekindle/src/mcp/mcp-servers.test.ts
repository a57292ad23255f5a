import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { AgentConfig } from '../agent-config/agent-config.ts'
import { InvalidOptionsError, UnresolvedSecretError, UnsupportedConfigError } from '../errors.ts'
import { mcpServers, version } from './mcp-servers.ts'

/** Nothing listens there, and nothing of that name can be run. */
const nowhere = { url: 'http://127.0.0.1:1/' }
const nothing = { command: 'no-such-command' }
const tools = [{ name: 'echo', inputSchema: {} }]

test('servers hear the version of this package', () => {
  const { version: published } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(version).toBe(published)
})

test('an option that cannot be worked with is refused at once', () => {
  expect(() => mcpServers({ idleMs: -1 })).toThrow(InvalidOptionsError)
  expect(() => mcpServers({ callTimeoutMs: '1' as never })).toThrow("callTimeoutMs must be a number of at least 0; got '1'.")
})

test('opening asks nobody anything: tools are as the config has them', async () => {
  await using mcp = mcpServers({ localServers: () => true })
  const open = await mcp.open({ near: { ...nothing, tools }, far: { ...nowhere, tools } }, '$.mcpServers')
  expect(open.tools.map(({ name, server, definition }) => [name, server, definition])).toEqual([
    ['near_echo', 'near', tools[0]],
    ['far_echo', 'far', tools[0]],
  ])
})

test('a server that was not described is refused, with what to do', async () => {
  await using mcp = mcpServers({ localServers: () => true })
  const refused: unknown = await mcp.open({ far: nowhere }, '$.mcpServers').catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(UnsupportedConfigError)
  expect(String(refused)).toContain('$.mcpServers.far.tools: ')
  expect(String(refused)).toContain('describeServers')
})

test('a secret that is not there is missed where the config refers to it', async () => {
  await using mcp = mcpServers({ localServers: () => true })
  const secret = { authorization: { $secret: 'TOKEN' } }
  const refused: unknown = await mcp
    .open({ far: { ...nowhere, tools, headers: secret } }, '$.mcpServers')
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(UnresolvedSecretError)
  expect(String(refused)).toContain('$.mcpServers.far.headers.authorization')
})

test('agents of one server, credential and list of tools hold the same tool objects, and others do not', async () => {
  let token = 'a'
  await using mcp = mcpServers({ localServers: () => true, resolveSecret: () => token })
  const headers = { authorization: { $secret: 'TOKEN' } }
  const toolsOf = async (name = 'far', listed = tools) =>
    (await mcp.open({ [name]: structuredClone({ ...nowhere, headers, tools: listed }) }, '$')).tools
  const first = await toolsOf()
  expect((await toolsOf())[0]).toBe(first[0])
  expect((await toolsOf('other'))[0]).not.toBe(first[0])
  expect((await toolsOf('far', [{ name: 'echo', inputSchema: { type: 'object' } } as never]))[0]).not.toBe(first[0])
  token = 'b'
  expect((await toolsOf())[0]).not.toBe(first[0])
})

test('tools that the application has chosen are not asked for, and their server is named as a dependency all the same', async () => {
  await using mcp = mcpServers({ localServers: () => true })
  const tags: string[] = []
  const agent = { description: 'd', mcpServers: { far: { ...nowhere, tools } } }
  const config: AgentConfig = {
    version: 1,
    model: 'a:b',
    mcpServers: { near: { ...nothing, tools } },
    handoffs: { one: { ...agent, subAgents: { two: agent } } },
  }
  expect(await mcp.describeServers(config, { tag: (tag) => tags.push(tag) })).toEqual(config)
  expect(new Set(tags).size).toBe(2)
  expect(tags).toHaveLength(3)
})

test('after closing everything is refused', async () => {
  const mcp = mcpServers({ localServers: () => true })
  const { tools: held } = await mcp.open({ far: { ...nowhere, tools } }, '$')
  await mcp.close()
  await expect(mcp.open({ far: { ...nowhere, tools } }, '$')).rejects.toThrow('has been closed')
  await expect(mcp.describeServers({ version: 1, model: 'a:b', mcpServers: { far: nowhere } })).rejects.toThrow('has been closed')
  await expect(held[0]!.call({})).rejects.toThrow('agent that is gone')
})

test('a reference to a secret stands for a value of headers and variables, never for all of them', async () => {
  await using mcp = mcpServers({ localServers: () => true, resolveSecret: () => 'hunter2' })
  const all = { $secret: 'KEY' }
  await expect(mcp.open({ x: { url: 'http://x', headers: all, tools: [] } }, '$.mcpServers')).rejects.toThrow(
    UnresolvedSecretError,
  )
  await expect(mcp.open({ x: { command: 'x', env: all, tools: [] } }, '$.mcpServers')).rejects.toThrow('$.mcpServers.x.env')
})

test('a config starts no program that the code does not list: not with other arguments, variables or folder either', async () => {
  const files = { command: 'npx', args: ['files'], env: { TOKEN: { $secret: 'TOKEN' } } }
  const listed = { ...files, tools: [] }
  await using mcp = mcpServers({ localServers: [files], resolveSecret: () => 'x' })
  await using _open = await mcp.open({ any: listed }, '$.mcpServers')
  for (const change of [
    { command: 'sh' },
    { args: ['other'] },
    { env: { ...files.env, NODE_OPTIONS: '-r x' } },
    { cwd: '/tmp' },
  ]) {
    await expect(mcp.open({ x: { ...listed, ...change } }, '$.mcpServers')).rejects.toThrow(UnsupportedConfigError)
    const config = { version: 1, model: 'a:b', mcpServers: { x: { ...files, ...change } } } as const
    await expect(mcp.describeServers(config)).rejects.toThrow('$.mcpServers.x.command')
  }
  await using none = mcpServers()
  await expect(none.open({ x: listed }, '$.mcpServers')).rejects.toThrow(UnsupportedConfigError)
})
