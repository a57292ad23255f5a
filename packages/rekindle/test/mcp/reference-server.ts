import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import type { LocalMcpServer } from '../../src/agent-config/index.ts'
import { freePort } from '../redis-server.ts'

const script = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js')

/** The reference server of the MCP project, as a child process. */
export const referenceServer: LocalMcpServer = { command: process.execPath, args: [script] }

export interface RunningServer extends AsyncDisposable {
  readonly url: string
}

/** The same, on a port of its own. */
export async function startReferenceServer(mode: 'streamableHttp' | 'sse'): Promise<RunningServer> {
  const port = await freePort()
  const server = spawn(process.execPath, [script, mode], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  for await (const line of createInterface({ input: server.stderr })) if (line.includes(String(port))) break
  server.stderr.resume()
  return {
    url: `http://127.0.0.1:${port}/${mode === 'sse' ? 'sse' : 'mcp'}`,
    async [Symbol.asyncDispose]() {
      const exit = once(server, 'exit')
      server.kill('SIGKILL')
      await exit
    },
  }
}
