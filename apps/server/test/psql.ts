import { execFile } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** Runs SQL in the `psql` program, each statement in a transaction of its own, and resolves to what it prints. */
export async function psql(url: string, ...statements: string[]): Promise<string> {
  const commands = statements.flatMap((statement) => ['-c', statement])
  // No file of the user's own settings (-X); an error is one (ON_ERROR_STOP); values without headings (-At).
  const args = ['-X', '-v', 'ON_ERROR_STOP=1', '-At', ...commands, url]
  const { stdout } = await promisify(execFile)(program(), args)
  return stdout.trim()
}

/** From the PATH, else next to the newest of Debian's servers. */
function program(): string {
  const folders = (process.env.PATH ?? '').split(':')
  const found = folders.map((folder) => join(folder, 'psql')).find((path) => existsSync(path))
  const version = (path: string): number => Number(/\/(\d+)\/bin\//.exec(path)?.[1])
  const [newest] = globSync('/usr/lib/postgresql/*/bin/psql').toSorted((a, b) => version(b) - version(a))
  const path = found ?? newest
  if (path === undefined) throw new Error('These tests need psql. Install the package postgresql (apt-get install postgresql).')
  return path
}
