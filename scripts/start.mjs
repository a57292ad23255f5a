// `npm start`: from a bare clone to a running server.
import { spawn } from 'node:child_process'
import { build, env, install, root } from './set-up.mjs'

install()
build()

const server = spawn('node', ['apps/server/dist/main.js', ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' })
// The terminal sends SIGINT to the whole group; other signals come to this process alone.
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)))
