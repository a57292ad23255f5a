// `npm test`: from a bare clone to tested. Arguments go to vitest.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, env, install, need, root } from './set-up.mjs'

install()
need('redis-server', 'redis-server')
need('chromium', 'chromium')
need('postgres', 'postgresql', () => {
  const versions = '/usr/lib/postgresql'
  return existsSync(versions) && readdirSync(versions).some((version) => existsSync(join(versions, version, 'bin', 'postgres')))
})
build()

const given = process.argv.slice(2)
// What mostly waits has a worker of its own beside the two for the rest: two cores are enough for all three.
const runs =
  given.length > 0
    ? [{ name: 'given', args: given }]
    : [
        { name: 'waiting', args: ['--project=waiting', '--maxWorkers=1'] },
        { name: 'working', args: ['--project=unit', '--project=whole'] },
      ]
const outcomes = await Promise.all(runs.map(vitest))
const passed = outcomes.reduce((sum, { numPassedTests }) => sum + numPassedTests, 0)
const failed = outcomes.reduce((sum, { numFailedTests }) => sum + numFailedTests, 0)
console.log(`${passed} passed, ${failed} failed`)
process.exit(Math.max(...outcomes.map(({ status }) => status)))

function vitest({ name, args }) {
  const report = join(root, 'node_modules', `.test-report-${name}.json`)
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const run = spawn('vitest', ['run', ...reporters, ...args], { cwd: root, env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    run.on('error', reject)
    run.on('exit', (code) => {
      const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { numPassedTests: 0, numFailedTests: 0 }
      resolve({ ...counts, status: code ?? 1 })
    })
  })
}
