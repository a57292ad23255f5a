import { fork } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { mcpServers } from '../../src/mcp/index.ts'
import { answerOf, described, failure, gone, hold, isAlive, localServer, poll } from './mcp-world.ts'

const tools = ['where', 'leave', 'wait', 'noise', 'garbage', 'mute'].map((name) => ({ name, inputSchema: {} }))

/** What the server says of itself. */
interface Whereabouts {
  readonly pid: number
  readonly folder: string
  readonly variables: readonly string[]
  readonly token: string
}
const whereabouts = (answer: Parameters<typeof answerOf>[0]) => answerOf(answer) as unknown as Whereabouts

describe('a server that is a child process', () => {
  test('is started by the first call, in its folder, with its variables and few others, and is gone with its last agent', async () => {
    process.env['SECRET_OF_THE_WORKER'] = 'x'
    await using mcp = mcpServers({ localServers: () => true, resolveSecret: () => 'the token' })
    const env = { TOKEN: { $secret: 'TOKEN' } }
    const agent = await hold(mcp, { ...localServer(), cwd: tmpdir(), env, tools })
    const [first, second] = await Promise.all([agent.call('where'), agent.call('where')])
    const { pid, folder, variables, token } = whereabouts(first)
    expect(whereabouts(second).pid).toBe(pid)
    expect([folder, token]).toEqual([tmpdir(), 'the token'])
    expect(variables).toContain('PATH')
    expect(variables).not.toContain('SECRET_OF_THE_WORKER')
    await agent[Symbol.asyncDispose]()
    expect(isAlive(pid)).toBe(false)
  })

  test('that has ended is started again by the next call; the call it ended in is not repeated', async () => {
    await using mcp = mcpServers({ localServers: () => true })
    await using agent = await hold(mcp, { ...localServer(), tools })
    const { pid } = whereabouts(await agent.call('where'))
    expect(await failure(agent.call('leave'))).toBe("The MCP server 's' has ended (exit code 3).")
    const next = whereabouts(await agent.call('where'))
    expect(next.pid).not.toBe(pid)
    process.kill(next.pid, 'SIGKILL')
    // Not seen yet, or just now: the call is not known to be lost, or not delivered.
    await gone(next.pid)
    await vi.waitUntil(async () => whereabouts(await agent.call('where')).pid !== next.pid, poll)
  })

  test('may write as much to its error output as it likes, and lines that are no messages', async () => {
    await using mcp = mcpServers({ localServers: () => true })
    await using agent = await hold(mcp, { ...localServer(), tools })
    expect(whereabouts(await agent.call('noise')).pid).toBeGreaterThan(0)
  })

  test('whose output does not come to the end of a line is given up', async () => {
    await using mcp = mcpServers({ localServers: () => true })
    await using agent = await hold(mcp, { ...localServer(), tools })
    const { pid } = whereabouts(await agent.call('where'))
    expect(await failure(agent.call('garbage'))).toContain('was disconnected')
    await gone(pid)
  })

  test('of the protocol of 2026 alone is reached too', async () => {
    await using mcp = mcpServers({ localServers: () => true })
    const { tools: listed, serverInfo } = await described(mcp, localServer('modern'))
    expect(listed?.map(({ name }) => name)).toEqual(tools.map(({ name }) => name).toSorted())
    expect(serverInfo).toBeUndefined()
  })

  test('that is just starting when it is no longer wanted is ended', async () => {
    const mcp = mcpServers({ localServers: () => true })
    const agent = await hold(mcp, { command: 'sh', args: ['-c', 'exec sleep 1000'], tools })
    const call = failure(agent.call('where'))
    await agent[Symbol.asyncDispose]()
    expect(await call).toContain('was disconnected')
    await mcp.close()
  })

  test('that heeds neither the end of its input nor SIGTERM is killed', async () => {
    await using mcp = mcpServers({ localServers: () => true })
    const agent = await hold(mcp, { ...localServer('stubborn'), tools })
    const { pid } = whereabouts(await agent.call('where'))
    await agent[Symbol.asyncDispose]()
    await gone(pid)
  })
})

test.each(['SIGKILL', 'SIGTERM', 'nothing to do', 'SIGKILL, its server being mute'])(
  'a worker that has ended leaves no server behind, not a stubborn one that a script has started: %s',
  { concurrent: true },
  async (ending) => {
    const tool = ending.endsWith('mute') ? 'mute' : 'where'
    const worker = fork(join(import.meta.dirname, 'mcp-worker.ts'), [tool], { execArgv: [] })
    const [pid] = (await once(worker, 'message')) as [number]
    expect(isAlive(pid)).toBe(true)
    if (ending.startsWith('SIG')) worker.kill(ending.split(',')[0] as NodeJS.Signals)
    else worker.send('go')
    await once(worker, 'exit')
    await gone(pid)
  },
)
