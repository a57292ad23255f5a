import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gone, localServer } from '../../../packages/rekindle/test/mcp/mcp-world.ts'
import { ToolServer, toolOf } from '../../../packages/rekindle/test/mcp/tool-server.ts'
import { chat, json, send, someone } from './http-client.ts'
import { ServerProcess, startServer, until } from './server-process.ts'

let folder: string
let tools: ToolServer
let server: ServerProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rekindle-mcp-servers-'))
  const list = join(folder, 'local.json')
  const env = { TOKEN: 'correct horse' }
  writeFileSync(list, JSON.stringify({ mcpServers: { files: { ...localServer(), env } } }))
  tools = await ToolServer.start()
  tools.credentials = ['Bearer hunter2']
  server = await startServer({
    dataDir: folder,
    env: { REKINDLE_LOCAL_MCP_SERVERS: list, REKINDLE_SECRET_CRM_TOKEN: 'Bearer hunter2', REKINDLE_WORKERS: '2' },
  })
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await tools?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const call = async (method: string, path: string, body?: object, user?: string) =>
  (
    await send(server.url + path, {
      method,
      ...(body !== undefined && { headers: json, body: JSON.stringify(body) }),
      ...(user !== undefined && { user }),
    })
  ).json
/** What the store of configs holds. */
const stored = () => {
  const files = readdirSync(folder).filter((name) => name.startsWith('configs.sqlite'))
  return files.map((name) => readFileSync(join(folder, name), 'latin1')).join('')
}
const servers = '/api/mcp-servers'
const newAgent = async (mcpServers: string[], user: string): Promise<string> => {
  const made = await call('POST', '/api/agents', { name: 'New', instructions: 'Help.', mcpServers }, user)
  return (made.agent as { id: string }).id
}

describe('an MCP server over HTTP', () => {
  beforeAll(async () => {
    const config = { url: tools.url, headers: { Authorization: { $secret: 'CRM_TOKEN' } } }
    await call('POST', servers, { name: 'crm', config })
  })

  it('is asked for its tools by an admin', async () => {
    expect(await call('POST', `${servers}/crm/test`)).toEqual({
      reachable: true,
      ms: expect.any(Number) as number,
      tools: [{ name: 'echo', description: 'The tool echo.' }],
    })
    expect(await call('POST', `${servers}/crm/test`, undefined, someone())).toMatchObject({ error: { code: 'forbidden' } })
    expect(await call('POST', `${servers}/nobody/test`)).toMatchObject({ error: { code: 'mcp-server-not-found' } })
  })

  it('gives its tools to the agents of whoever names it, and its secret to nobody', async () => {
    const user = someone()
    const agentId = await newAgent(['crm'], user)
    const { answer } = await chat(server, { agentId, user, text: 'crm_echo {"x":1}' })
    expect(answer).toContain('"x":1,"by":"Bearer hunter2"')
    expect(stored()).toContain('CRM_TOKEN')
    expect(stored()).not.toContain('hunter2')
    expect(JSON.stringify([await call('GET', servers), await call('GET', `${servers}/crm/versions/1`)])).not.toContain('hunter2')
  })

  it('loses and regains its tools on every worker, as it is disabled and enabled', async () => {
    const user = someone()
    const agentId = await newAgent(['crm'], user)
    const hello = async () => (await chat(server, { agentId, user, text: 'Hello' })).answer
    const everyWorker = async () => Promise.all(Array.from({ length: 8 }, hello))
    for (const answer of await everyWorker()) expect(answer).toContain('Its tools: crm_echo.')
    expect(await call('PUT', `${servers}/crm`, { enabled: false })).toMatchObject({ confirmed: true })
    for (const answer of await everyWorker()) expect(answer).toContain('It has no tools.')
    expect(await call('PUT', `${servers}/crm`, { enabled: true })).toMatchObject({ confirmed: true })
    for (const answer of await everyWorker()) expect(answer).toContain('Its tools: crm_echo.')
  })

  it('is seen to offer other tools, once it says so', async () => {
    const user = someone()
    const agentId = await newAgent(['crm'], user)
    expect((await chat(server, { agentId, user, text: 'crm_echo {}' })).answer).toContain('Bearer')
    await until(() => tools.streams > 0, server)
    tools.tools = [toolOf('echo'), toolOf('find')]
    tools.announce()
    await until(async () => (await chat(server, { agentId, user, text: 'Hello' })).answer.includes('crm_find'), server)
  })

  it('that is away keeps agents from being made without its tools, and not those that are', async () => {
    const [user, other] = [someone(), someone()]
    await call('PUT', '/api/agents/planner', { mcpServers: ['crm'] })
    expect((await chat(server, { agentId: 'planner', user })).status).toBe(200)
    const { port } = tools
    await tools.stop()
    expect((await chat(server, { agentId: 'planner', user })).status).toBe(200)
    const refused = await chat(server, { agentId: 'planner', user: other })
    expect(refused).toMatchObject({ status: 503, json: { error: { code: 'tools-unavailable' } } })
    expect(refused.headers['retry-after']).toBe('5')
    expect(refused.text).not.toMatch(/hunter2|127\.0\.0\.1|ECONN/)
    expect(await call('POST', `${servers}/crm/test`)).toMatchObject({
      reachable: false,
      message: expect.stringMatching(/^The MCP server 'crm' cannot be reached/) as string,
    })
    tools = await ToolServer.start(port)
    expect((await chat(server, { agentId: 'planner', user: other })).status).toBe(200)
  })
})

describe('a program of this machine', () => {
  const files = { name: 'files', config: { local: 'files' } }

  it('is started for an agent if the machine lists it, with what the list says, and ends with the server', async () => {
    expect(await call('GET', servers)).toMatchObject({ local: ['files'] })
    expect(await call('POST', servers, files)).toMatchObject({ mcpServer: files, confirmed: true })
    const user = someone()
    const agentId = await newAgent(['files'], user)
    const { answer } = await chat(server, { agentId, user, text: 'files_where {}' })
    expect(answer).toContain('"token":"correct horse"')
    const [, pid] = /"pid":(\d+)/.exec(answer) ?? []
    expect(stored()).toContain('local:files:TOKEN')
    expect(stored()).not.toContain('correct horse')

    expect(await server.stop()).toBe(0)
    await gone(Number(pid))
    expect(server.stdout + server.stderr).not.toMatch(/hunter2|correct horse/)
  })
})

it('no other program is started, whatever the database says', async () => {
  await using other = await startServer({ dataDir: folder })
  const config = { command: process.execPath, args: ['-e', 'process.exit()'] }
  for (const wrong of [config, { local: 'files' }, { local: 'rm' }]) {
    const request = { method: 'POST', headers: json, body: JSON.stringify({ name: 'rm', config: wrong }) }
    expect(await send(other.url + servers, request)).toMatchObject({ status: 400, json: { error: { code: 'invalid-request' } } })
  }
  // The list is gone with the setting; the row is not.
  const request = { method: 'PUT', headers: json, body: JSON.stringify({ mcpServers: ['files'] }) }
  await send(`${other.url}/api/agents/assistant`, request)
  expect(await chat(other)).toMatchObject({ status: 503, json: { error: { code: 'tools-unavailable' } } })
})

it('a list that cannot be read keeps the server from starting, and is said at once', async () => {
  const list = join(folder, 'broken.json')
  writeFileSync(list, '{"mcpServers":{"files":{"command":7,"env":{"TOKEN":"hunter2"}}}}')
  await using broken = new ServerProcess({ env: { REKINDLE_LOCAL_MCP_SERVERS: list } })
  expect(await broken.exited).toBe(1)
  expect(broken.stderr).toMatch(/^Rekindle cannot start: The file .*broken\.json .* see mcpServers\.files\.command\.\n$/)
})
