// What `npm start`, `npm test` and the others need before they can run: dependencies, the build, system programs.
// Runs before Node 24 is installed, so it sticks to what Node 20 has.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** With the Node of our dev dependencies first in the PATH, whatever the machine's own is. */
export const env = { ...process.env, PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH }

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', ...options })
  if (error) fail(`${command} could not be run: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}

/** Installs the dependencies in `folder` if they are not those of its lock file. */
export function install(folder = root) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex')
  const stamp = join(folder, 'node_modules', '.installed')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.log('Installing dependencies (only after they have changed) …')
  // Not `npm ci`: that fails where a registry lacks the binaries of some other platform, which are optional.
  // Quiet but for errors: what npm says of engines concerns the Node that installs, not the one that runs.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder })
  writeFileSync(stamp, lock)
}

/** Packages in the order in which they build on each other. */
const packages = ['packages/rekindle', 'apps/dashboard', 'apps/server']

export function build({ always = false } = {}) {
  // What was built anew is inside what comes after it.
  let anew = always
  for (const folder of packages) {
    const stamp = join(root, folder, 'dist', '.built')
    const sources = [
      'src',
      'index.html',
      'package.json',
      'vite.config.ts',
      'bundle.mjs',
      'tsconfig.build.json',
      '../../tsconfig.base.json',
      // The apps have their dependencies inside them.
      '../../package-lock.json',
    ]
      .map((path) => join(root, folder, path))
      .filter((path) => existsSync(path))
    if (!anew && existsSync(stamp) && newest(sources) <= statSync(stamp).mtimeMs) continue
    console.log(`Building ${folder} …`)
    anew = true
    const started = new Date()
    run('npm', ['run', 'build', '--silent'], { cwd: join(root, folder) })
    mkdirSync(join(root, folder, 'dist'), { recursive: true })
    writeFileSync(stamp, started.toISOString())
  }
}

function newest(paths) {
  let latest = 0
  for (const path of paths) {
    const stat = statSync(path)
    const inner = stat.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : 0
    latest = Math.max(latest, stat.mtimeMs, inner)
  }
  return latest
}

/** Makes sure that a program is there, installing Debian's package of it if we may. */
export function need(program, debianPackage, find = () => which(program)) {
  if (find()) return
  const mayInstall = process.getuid?.() === 0 && which('apt-get')
  if (!mayInstall) fail(`This needs ${program}. Install the package "${debianPackage}" of your system, then run this again.`)
  console.log(`Installing ${debianPackage} (which has ${program}) …`)
  const quiet = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } }
  run('apt-get', ['update', '-qq'], quiet)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], quiet)
  if (!find()) fail(`"${debianPackage}" is installed, but there is still no ${program}.`)
}

function which(program) {
  try {
    return execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
