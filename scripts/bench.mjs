// `npm run bench`: measures Rekindle beside its peers. Arguments (`--only=name`, `--quick`) go to bench/src/main.ts.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, env, install, need, root } from './set-up.mjs'

install()
install(join(root, 'bench'))
need('redis-server', 'redis-server')
// Always, since it takes seconds: figures of a stale build would be worse than none.
build({ always: true })

const bench = spawn('node', ['bench/src/main.ts', ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' })
// The terminal sends SIGINT to the whole group, and the benchmark stops its servers; wait for that.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => bench.kill(signal))
bench.on('exit', (code) => process.exit(code ?? 1))
