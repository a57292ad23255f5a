// `npm run check`: everything that can be said of the code without running it, and that the package works as it is packed.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, env, install, root } from './set-up.mjs'

install()
// Its TypeScript has the types that lint looks at.
install(join(root, 'api'))
const library = join(root, 'packages/rekindle')
// Before the build, which would write it anew.
const lua = call(library, 'node', ['embed-lua.mjs', '--check'])
build({ always: true })

const checks = [
  { name: 'format', cwd: root, command: 'oxfmt', args: ['--check', '.'] },
  { name: 'lint, import cycles, layers', cwd: root, command: 'oxlint', args: [] },
  { name: 'types of the library', cwd: root, command: 'tsc', args: ['-p', 'packages/rekindle/tsconfig.json'] },
  { name: 'types of the server', cwd: root, command: 'tsc', args: ['-p', 'apps/server/tsconfig.json'] },
  { name: 'types of the dashboard', cwd: root, command: 'tsc', args: ['-p', 'apps/dashboard/tsconfig.json'] },
  { name: 'types of the examples', cwd: root, command: 'tsc', args: ['-p', 'examples/tsconfig.json'] },
  { name: 'embedded Lua', command: () => lua },
  { name: 'reference of the public API', cwd: root, command: 'node', args: ['scripts/api.mjs', '--check'] },
  { name: 'types of the reference', cwd: root, command: 'tsc', args: ['-p', 'api/tsconfig.json'] },
  { name: 'code in the docs', cwd: root, command: 'node', args: ['scripts/docs-code.mjs', '--check'] },
  { name: 'charts and tables of the benchmarks', cwd: root, command: 'node', args: ['bench/src/main.ts', '--charts', '--check'] },
  { name: 'unused code and dependencies', cwd: root, command: 'knip', args: ['--no-progress'] },
  { name: 'package contents', cwd: library, command: 'publint', args: ['--strict'] },
  {
    name: 'types as others resolve them',
    cwd: library,
    command: 'attw',
    args: ['--pack', '.', '--profile', 'esm-only', '--no-emoji', '-q'],
  },
  { name: 'the packed tarball in a project of its own', command: packedTarball },
]

let failed = 0
for (const { name, cwd, command, args } of checks) {
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
import { createAdvisor } from 'rekindle/advisor'
import 'rekindle/agent-config'
import 'rekindle/mcp'
import 'rekindle/postgres'
import 'rekindle/sealed'
import 'rekindle/store'
import 'rekindle/testing'
const agents = createAgentCache({
  namespace: 'packed',
  store: sqliteStore({ path: 'store.db' }),
  loadConfig: ({ agentId }) => ({ agentId }),
  createAgent: ({ agentId }) => ({ agentId }),
  advisor: createAdvisor(),
})
const key = { agentId: 'a', userId: 'u', sessionId: 's', reasoning: true }
const agent = await agents.use(key, (it) => it)
if (agent.agentId !== 'a') throw new Error('not the agent asked for')
await agents.close()
`,
    )
    const used = call(scratch, 'node', ['use.js'])
    if (used.status !== 0) return used
    const asked = call(scratch, 'npx', ['rekindle', 'doctor', '--sqlite', 'store.db', '--namespace', 'packed'])
    return asked.status === 0 ? withAi6(scratch) : asked
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The example of the AI SDK as somebody compiles it who has the major before. */
function withAi6(scratch) {
  for (const [name, installed] of [
    ['ai', 'ai-6'],
    ['zod', 'zod'],
    ['@types', '@types'],
  ]) {
    symlinkSync(join(root, 'node_modules', installed), join(scratch, 'node_modules', name))
  }
  for (const name of ['ai-sdk.ts', 'database.ts']) cpSync(join(root, 'examples', name), join(scratch, name))
  const options = { extends: join(root, 'examples/tsconfig.json'), include: ['*.ts'] }
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(options))
  return call(scratch, 'tsc', ['-p', '.'])
}
