import { expect, test } from 'vitest'
import { mcpServers } from '../../src/mcp/index.ts'
import { hold } from './mcp-world.ts'
import { referenceServer, startReferenceServer } from './reference-server.ts'

test.each(['stdio', 'streamableHttp', 'sse'] as const)('the reference server is described and called over %s', async (mode) => {
  await using server = mode === 'stdio' ? undefined : await startReferenceServer(mode)
  await using mcp = mcpServers({ localServers: () => true })
  await using agent = await hold(
    mcp,
    server === undefined ? referenceServer : { type: mode === 'sse' ? 'sse' : 'http', url: server.url },
  )
  expect(agent.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['s_echo', 's_get-sum', 's_get-structured-content']))
  expect(await agent.call('echo', { message: 'hi' })).toEqual({ content: [{ type: 'text', text: 'Echo: hi' }] })
  expect(await agent.call('get-sum', { a: 1 })).toMatchObject({ isError: true })
  expect((await agent.call('get-structured-content', { location: 'New York' })).structuredContent).toMatchObject({ humidity: 82 })
  const { content } = await agent.call('get-tiny-image')
  expect(content.map(({ type }) => type)).toEqual(['text', 'image', 'text'])
})
