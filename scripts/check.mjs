// `npm run check`: everything that can be said of the code without running it, and that the package works as it is packed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, env, install, root } from './set-up.mjs'

install()
build({ always: true })

const library = join(root, 'packages/rekindle')
const checks = [
  ['format', root, 'oxfmt', ['--check', '.']],
  ['lint, import cycles, layers', root, 'oxlint', []],
  ['types of the library', root, 'tsc', ['-p', 'packages/rekindle/tsconfig.json']],
  ['types of the server', root, 'tsc', ['-p', 'apps/server/tsconfig.json']],
  ['embedded Lua', library, 'node', ['embed-lua.mjs', '--check']],
  ['unused code and dependencies', root, 'knip', ['--no-progress']],
  ['package contents', library, 'publint', ['--strict']],
  ['types as others resolve them', library, 'attw', ['--pack', '.', '--profile', 'esm-only', '--no-emoji', '-q']],
  ['the packed tarball in a project of its own', library, packedTarball],
]

let failed = 0
for (const [name, cwd, command, args] of checks) {
  const started = performance.now()
  const { status, output } = typeof command === 'function' ? command() : call(cwd, command, args)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (status === 0) continue
  failed++
  console.log(output)
}
console.log(`check: ${checks.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)

function call(cwd, command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  return { status: error ? 1 : status, output: `${stdout ?? ''}${stderr ?? ''}${error ?? ''}` }
}

/** What a user gets: every entry point imported from the tarball; the core with nothing else installed. */
function packedTarball() {
  const scratch = mkdtempSync(join(tmpdir(), 'rekindle-packed-'))
  try {
    const packed = call(library, 'npm', ['pack', '--json', '--loglevel=error', '--pack-destination', scratch])
    if (packed.status !== 0) return packed
    const [{ filename }] = Object.values(JSON.parse(packed.output))
    writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'scratch', private: true, type: 'module' }))
    const installed = call(scratch, 'npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', `./${filename}`])
    if (installed.status !== 0) return installed
    writeFileSync(
      join(scratch, 'use.js'),
      `import { createAgentCache } from 'rekindle'
import { sqliteStore } from 'rekindle/sqlite'
import 'rekindle/redis'
import 'rekindle/agent-config'
import 'rekindle/testing'
const agents = createAgentCache({
  namespace: 'packed',
  store: sqliteStore({ path: 'store.db' }),
  loadConfig: ({ agentId }) => ({ agentId }),
  createAgent: ({ agentId }) => ({ agentId }),
})
const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: true }
const agent = await agents.use(key, (it) => it)
if (agent.agentId !== 'a') throw new Error('not the agent asked for')
await agents.close()
`,
    )
    return call(scratch, 'node', ['use.js'])
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
