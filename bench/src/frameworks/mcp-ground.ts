import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type AddressInfo, connect } from 'node:net'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { AgentConfig } from 'rekindle/agent-config'

const packageFile = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')
const entry = join(dirname(packageFile), 'dist/index.js')

/** The protocol's reference server, twice: over HTTP behind a counter of connections, and as a child for each connection. */
export interface McpGround {
  readonly servers: NonNullable<AgentConfig['mcpServers']>
  /** Connections to the HTTP server so far. */
  connections(): number
  end(): void
}

export async function startMcpGround(): Promise<McpGround> {
  const upstream = await freePort()
  const child = spawn(process.execPath, [entry, 'streamableHttp'], {
    env: { ...process.env, PORT: String(upstream) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await listening(child)
  let connections = 0
  const counter = createServer((socket) => {
    connections++
    const onward = connect(upstream, '127.0.0.1')
    socket.on('error', () => onward.destroy()).pipe(onward)
    onward.on('error', () => socket.destroy()).pipe(socket)
  })
  await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', resolve))
  const { port } = counter.address() as AddressInfo
  return {
    servers: {
      local: { command: process.execPath, args: [entry, 'stdio'] },
      remote: { type: 'http', url: `http://127.0.0.1:${port}/mcp` },
    },
    connections: () => connections,
    end: () => {
      child.kill('SIGKILL')
      counter.close()
    },
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
