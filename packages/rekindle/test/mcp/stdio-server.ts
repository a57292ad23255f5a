import { closeSync } from 'node:fs'
import { createInterface } from 'node:readline'

/**
 * An MCP server over stdio, written by hand. `stubborn`: neither the end of its input nor SIGTERM makes it leave; `modern`: it
 * knows the protocol of 2026 only. Says who and where it is when it is called.
 */
const [mode] = process.argv.slice(2)
const modern = '2026-07-28'

if (mode === 'stubborn') {
  process.on('SIGTERM', () => {})
  // Should a test fail.
  setTimeout(() => process.exit(), 60_000)
}

interface Request {
  readonly id?: number | string
  readonly method: string
  readonly params?: { readonly name?: string; readonly protocolVersion?: string }
}

const names = ['where', 'leave', 'wait', 'noise', 'garbage', 'mute']
const capabilities = { tools: {} }

let mute = false

function resultOf({ method, params = {} }: Request): object | undefined {
  if (method === 'initialize' && mode !== 'modern') {
    return { protocolVersion: params.protocolVersion, capabilities, serverInfo: { name: 'local', version: '1' } }
  }
  if (method === 'server/discover' && mode === 'modern') {
    return { supportedVersions: [modern], capabilities, ttlMs: 0, cacheScope: 'private' }
  }
  if (method === 'tools/list')
    return { tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })), ttlMs: 0, cacheScope: 'private' }
  return method === 'tools/call' ? call(params.name) : undefined
}

function call(name: string | undefined): object {
  if (name === 'leave') process.exit(3)
  if (name === 'noise') process.stdout.write('Welcome!\n8080\n')
  if (name === 'noise') for (let line = 0; line < 2_000; line++) process.stderr.write('x'.repeat(1_000))
  // Its answer is the last that it says.
  if (name === 'mute') setImmediate(() => closeSync(1))
  mute = name === 'mute'
  const variables = Object.keys(process.env)
  const text = JSON.stringify({ pid: process.pid, folder: process.cwd(), variables, token: process.env['TOKEN'] })
  return { content: [{ type: 'text', text }] }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request
  if (mute || request.id === undefined || request.params?.name === 'wait') continue
  if (request.params?.name === 'garbage') {
    process.stdout.write('x'.repeat(11_000_000))
    continue
  }
  const result = resultOf(request)
  const outcome =
    result === undefined
      ? { error: { code: -32_601, message: 'Method not found' } }
      : { result: { resultType: 'complete', ...result } }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...outcome })}\n`)
}
