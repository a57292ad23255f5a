import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adapters } from './adapters.ts'
import { referenceServer } from '../mcp/reference-server.ts'
import { ModelServer, textOf } from './model-server.ts'
import type { RecordedOrder, RecordedRun } from './recorded-orders.ts'
import { testFolder } from '../test-folder.ts'

let server: ModelServer
const folder = testFolder('bytes')

beforeAll(async () => {
  server = await ModelServer.start()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

async function record(order: RecordedOrder): Promise<{ runs: RecordedRun[]; requests: string[] }> {
  server.forget()
  const script = join(import.meta.dirname, 'recorded-process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(order)])
  return { runs: JSON.parse(stdout) as RecordedRun[], requests: server.requests }
}

// A provider's prompt cache is paid for by the byte: a rebuilt agent that sends another order of tools pays ten times as much.
// Two processes that import every framework: on a busy machine that takes its time.
it('every adapter sends the same bytes from another process, and after every rebuild', { timeout: 60_000 }, async () => {
  const order = { baseURL: server.baseURL, path: join(folder, 'store.db'), servers: { everything: referenceServer } }
  const one = await record({ ...order, builds: true })
  const two = await record({ ...order, builds: false })
  const names = Object.keys(adapters)
  expect(one.runs.map(({ source }) => source)).toEqual(names.flatMap(() => ['build', 'config']))
  expect(two.runs.map(({ source }) => source)).toEqual(names.flatMap(() => ['config', 'config']))

  expect(two.requests).toEqual(one.requests)
  for (const [index, name] of names.entries()) {
    // Two runs of two requests each; the second run's are those of an agent that was made anew.
    const own = one.requests.slice(4 * index, 4 * index + 4)
    expect(textOf((JSON.parse(own[0]!) as { messages: never[] }).messages[0])).toBe(name)
    expect(own[0]).toContain('everything_echo')
    expect(own.slice(2)).toEqual(own.slice(0, 2))
  }
})
