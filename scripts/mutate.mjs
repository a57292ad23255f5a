// `npm run mutate`: do the tests notice when a tier is changed? `npm run mutate live config` asks for these folders only.
// mutation/README.md says more.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { env, install, root } from './set-up.mjs'

const tiers = ['resilience', 'invalidation', 'live', 'config']
const folders = process.argv.slice(2)
const unknown = folders.find((folder) => !tiers.includes(folder))
if (unknown !== undefined) {
  console.error(`There is no tier ${unknown}; there are ${tiers.join(', ')}.`)
  process.exit(1)
}

install()
install(join(root, 'mutation'))

const stryker = join('mutation', 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js')
const mutate = spawn('node', [stryker, 'run', 'mutation/stryker.config.mjs'], {
  cwd: root,
  env: { ...env, MUTATE: (folders.length > 0 ? folders : tiers).join() },
  stdio: 'inherit',
})
// The terminal sends SIGINT to the whole group, and Stryker takes its sandbox away; wait for that.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => mutate.kill(signal))
mutate.on('exit', (code) => process.exit(code ?? 1))
