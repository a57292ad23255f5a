// `node scripts/api.mjs`: writes docs/reference, the public API as the built declarations have it. With `--check` it writes nothing,
// and fails with the difference where a page says something else. The tool is in api/, with the TypeScript whose API it needs.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build, env, install, root } from './set-up.mjs'

install()
install(join(root, 'api'))
build()
const { status } = spawnSync('node', ['api/src/main.ts', ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' })
process.exit(status ?? 1)
