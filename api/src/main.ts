// Writes the reference of the public API into docs/reference, from the built declarations. With `--check` it writes nothing, and
// fails where a page differs: what it then shows is what has changed in the public API.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { referenceOf } from './reference.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'docs/reference')
const pages = await referenceOf(join(root, 'packages/rekindle'))

if (process.argv.includes('--check')) process.exitCode = check()
else write(folder)

function write(into: string): void {
  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  for (const [name, text] of pages) writeFileSync(join(into, name), text)
}

function check(): number {
  const names = new Set([...pages.keys(), ...readdirSync(folder)])
  const differing = [...names].filter((name) => pages.get(name) !== textOf(join(folder, name))).sort()
  if (differing.length === 0) {
    process.stdout.write(`${pages.size} pages of docs/reference say what the declarations say\n`)
    return 0
  }
  process.stderr.write(`docs/reference differs from the declarations: ${differing.join(', ')}\n`)
  show()
  process.stderr.write('If that is meant, run node scripts/api.mjs, and say in the changelog what changes for users.\n')
  return 1
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** What differs, line by line. */
function show(): void {
  const scratch = mkdtempSync(join(tmpdir(), 'rekindle-reference-'))
  try {
    write(join(scratch, 'now'))
    const { stdout } = spawnSync('diff', ['-ruN', folder, join(scratch, 'now')], { encoding: 'utf8' })
    process.stderr.write(stdout ?? '')
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
