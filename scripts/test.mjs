// `npm test`: from a bare clone to tested. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, env, install, need, root } from './set-up.mjs'

install()
need('redis-server', 'redis-server')
need('postgres', 'postgresql', () => {
  const versions = '/usr/lib/postgresql'
  return existsSync(versions) && readdirSync(versions).some((version) => existsSync(join(versions, version, 'bin', 'postgres')))
})
build()

const report = join(root, 'node_modules', '.test-report.json')
rmSync(report, { force: true })
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { status } = spawnSync('vitest', ['run', ...reporters, ...process.argv.slice(2)], { cwd: root, env, stdio: 'inherit' })

if (existsSync(report)) {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  console.log(`${numPassedTests} passed, ${numFailedTests} failed`)
}
process.exit(status ?? 1)
