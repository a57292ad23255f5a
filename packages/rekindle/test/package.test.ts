import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type * as Advisor from '../src/advisor/index.ts'
import type * as Core from '../src/index.ts'
import type * as Redis from '../src/redis/index.ts'
import type * as Sealed from '../src/sealed/index.ts'

/** The package as it has been built. */
const require = createRequire(import.meta.url)
const built = dirname(require.resolve('rekindle'))

test('every entry point has the same classes of errors, for those who require it, too', () => {
  const { InvalidOptionsError } = require('rekindle') as typeof Core
  const { redisStore } = require('rekindle/redis') as typeof Redis
  const { createAdvisor } = require('rekindle/advisor') as typeof Advisor
  const { sealed } = require('rekindle/sealed') as typeof Sealed
  expect(() => redisStore({ client: {} as never })).toThrow(InvalidOptionsError)
  expect(() => createAdvisor({ maxEvents: -1 } as never)).toThrow(InvalidOptionsError)
  expect(() => sealed({} as never, { keys: [] })).toThrow(InvalidOptionsError)
})

test('a process whose package has been removed meanwhile serves, invalidates and ends as ever', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'rekindle-package-'))
  cpSync(built, copy, { recursive: true })
  const script = `
    import { rmSync } from 'node:fs'
    import { createAgentCache } from ${JSON.stringify(pathToFileURL(join(copy, 'index.js')).href)}
    import { sqliteStore } from ${JSON.stringify(pathToFileURL(join(copy, 'sqlite/index.js')).href)}
    rmSync(${JSON.stringify(copy)}, { recursive: true })
    process.on('warning', ({ message }) => console.log(message.slice(0, 24)))
    const agents = createAgentCache({
      namespace: 'n',
      store: sqliteStore({ path: ${JSON.stringify(join(copy, 'store/store.db'))} }),
      auditRate: 1,
      loadConfig: () => ({}),
      createAgent: () => ({}),
    })
    const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: false }
    const ask = () => agents.use(key, (agent, { source }) => console.log(source))
    await ask()
    await ask()
    await agents.invalidate({ agentId: 'a' }, { confirm: true })
    await ask()
    console.log(agents.stats().live, await agents.explain(key).catch(({ code }) => code))
    await agents.close()`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout.split('\n').sort()).toEqual([
      '',
      '1 ERR_MODULE_NOT_FOUND',
      'A part of rekindle could',
      'build',
      'build',
      'memory',
    ])
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
})
