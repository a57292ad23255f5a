import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ModelServer } from './model-server.ts'

const folder = join(import.meta.dirname, '../../../../examples')
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'database.ts')
let server: ModelServer

beforeAll(async () => {
  server = await ModelServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())

// With what is built, as users have it.
it.each(examples)('examples/%s answers twice, the second time from memory', async (name) => {
  const [order, answer] =
    name === 'mcp.ts'
      ? ['call everything_echo {"message":"hello"}', 'Got: Echo: hello']
      : ['call weather {"city":"Oslo"}', 'Got: sunny in Oslo']
  const env = { ...process.env, OPENAI_BASE_URL: server.baseURL, OPENAI_API_KEY: 'none' }
  const { stdout } = await promisify(execFile)(process.execPath, [name, order], { cwd: folder, env })
  expect(stdout).toBe(`${answer} (agent from build)\n${answer} (agent from memory)\n`)
})
