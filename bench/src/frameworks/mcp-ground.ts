import { type ChildProcess, spawn } from 'node:child_process'
import { type AddressInfo, createServer } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { AgentConfig } from 'rekindle/agent-config'

const packageFile = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')
const entry = join(dirname(packageFile), 'dist/index.js')

/** The protocol's reference server, twice: over HTTP, and as a child for each connection. */
export interface McpGround {
  readonly servers: NonNullable<AgentConfig['mcpServers']>
  end(): void
}

export async function startMcpGround(): Promise<McpGround> {
  const port = await freePort()
  const child = spawn(process.execPath, [entry, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await listening(child)
  return {
    servers: {
      local: { command: process.execPath, args: [entry, 'stdio'] },
      remote: { type: 'http', url: `http://127.0.0.1:${port}/mcp` },
    },
    end: () => void child.kill('SIGKILL'),
  }
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = ''
    child.once('exit', () => reject(new Error(`The MCP server ended before it was ready:\n${log}`)))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text
      if (log.includes('listening on port')) resolve()
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
