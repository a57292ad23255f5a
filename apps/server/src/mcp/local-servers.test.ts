import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readLocalServers } from './local-servers.ts'

let path: string
beforeAll(() => {
  path = join(mkdtempSync(join(tmpdir(), 'rekindle-local-servers-')), 'mcp.json')
})
afterAll(() => rmSync(join(path, '..'), { recursive: true }))

function read(content: unknown) {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return readLocalServers(path)
}

describe('the programs that may be started', () => {
  it('are none without a file', () => {
    expect(readLocalServers(undefined).byName.size).toBe(0)
  })

  it('are those of the file, with their environment kept apart: configs are stored', () => {
    const files = { command: 'npx', args: ['-y', 'files'], env: { TOKEN: 'hunter2', MODE: 'ro' }, cwd: '/srv' }
    const { byName, secrets } = read({ mcpServers: { files, plain: { command: 'plain' } }, other: 'things' })
    expect(Object.fromEntries(byName)).toEqual({
      files: {
        ...files,
        env: { TOKEN: { $secret: 'local:files:TOKEN' }, MODE: { $secret: 'local:files:MODE' } },
      },
      plain: { command: 'plain' },
    })
    expect(Object.fromEntries(secrets)).toEqual({ 'local:files:TOKEN': 'hunter2', 'local:files:MODE': 'ro' })
  })

  it.each([
    ['no JSON', '{"mcpServers": {"a": {"command": "hunter2"', /it is not JSON/],
    ['another shape', { servers: {} }, /see mcpServers/],
    ['a server without a command', { mcpServers: { files: { url: 'hunter2' } } }, /see mcpServers\.files/],
    [
      'a variable that is no text',
      { mcpServers: { files: { command: 'x', env: { T: { hunter2: 1 } } } } },
      /see mcpServers\.files\.env\.T/,
    ],
  ])('are refused when the file has %s, without repeating it', (_what, content, message) => {
    expect(() => read(content)).toThrow(message)
    expect(() => read(content)).toThrow(/REKINDLE_LOCAL_MCP_SERVERS/)
    expect(() => read(content)).not.toThrow(/hunter2/)
  })

  it('are refused when there is no such file', () => {
    expect(() => readLocalServers('/nowhere/mcp.json')).toThrow(
      '/nowhere/mcp.json (REKINDLE_LOCAL_MCP_SERVERS) cannot be read: ENOENT',
    )
  })
})
