import { describe, expect, test } from 'vitest'
import type { McpServerConfig } from '../agent-config/agent-config.ts'
import { addressOf, keyOf, tagOf } from './server-address.ts'

const salt = 'salt'
const secrets: { [name: string]: string } = { A: 'token of a', B: 'token of b' }

async function keyFor(server: McpServerConfig): Promise<string> {
  return keyOf(await addressOf(server, '$', (name) => secrets[name] ?? ''), salt)
}

const local: McpServerConfig = { command: 'run', args: ['x'], env: { TOKEN: { $secret: 'A' }, MODE: 'm' }, cwd: '/' }
const remote: McpServerConfig = { url: 'http://a/', headers: { authorization: { $secret: 'A' } } }
const tools = [{ name: 't', inputSchema: {} }]

describe('servers share a connection', () => {
  test('whatever tools are known, and whatever order variables are in', async () => {
    expect(await keyFor({ ...local, tools, env: { MODE: 'm', TOKEN: { $secret: 'A' } } })).toBe(await keyFor(local))
    expect(await keyFor({ ...remote, type: 'http', tools, serverInfo: { name: 'n', version: 'v' } })).toBe(await keyFor(remote))
    expect(await keyFor({ command: 'run' })).toBe(await keyFor({ type: 'stdio', command: 'run', args: [], env: {} }))
  })

  test('only if everything by which they are reached is the same', async () => {
    const servers: McpServerConfig[] = [
      local,
      { ...local, command: 'other' },
      { ...local, args: ['x', ''] },
      { ...local, args: [] },
      { ...local, cwd: '/tmp' },
      { ...local, env: { TOKEN: { $secret: 'B' }, MODE: 'm' } },
      { ...local, env: { TOKEN: { $secret: 'A' } } },
      remote,
      { ...remote, type: 'sse' },
      { ...remote, url: 'http://b/' },
      { ...remote, headers: { authorization: { $secret: 'B' } } },
      { ...remote, headers: { 'x-key': { $secret: 'A' } } },
    ]
    const keys = await Promise.all(servers.map(keyFor))
    expect(new Set(keys).size).toBe(servers.length)
  })

  test('by the secret, not by its name: one that changed makes another connection, two names of one do not', async () => {
    const before = await keyFor(remote)
    secrets['C'] = secrets['A']!
    expect(await keyFor({ ...remote, headers: { authorization: { $secret: 'C' } } })).toBe(before)
    secrets['C'] = 'rotated'
    expect(await keyFor({ ...remote, headers: { authorization: { $secret: 'C' } } })).not.toBe(before)
  })

  test('under a key that cannot be guessed from the secret', async () => {
    const address = await addressOf(remote, '$', () => 'secret')
    expect(keyOf(address, 'other')).not.toBe(keyOf(address, salt))
  })
})

describe('the tag of a server', () => {
  test('is that of all who have it, whatever their credentials and tools', () => {
    expect(tagOf({ ...remote, tools })).toBe(tagOf(remote))
    expect(tagOf(remote)).toMatch(/^mcp:[\w-]{22}$/)
    expect(tagOf({ ...remote, url: 'http://b/' })).not.toBe(tagOf(remote))
    expect(tagOf(local)).not.toBe(tagOf({ ...local, args: [] }))
  })

  test('is the same on every worker and in every version', () => {
    expect(tagOf({ url: 'https://example.com/mcp' })).toBe('mcp:Hckq_2capRkaTiBuWawX8h')
  })
})
