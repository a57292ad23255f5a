import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { UnreachableError } from './exit-code.ts'

export type Database = DatabaseSync

/** While others write, reading may have to wait a moment. */
const busyMs = 1_000

/** Opens a file that is there, and is a store, for reading alone. Rejects with {@link UnreachableError}. */
export async function openToRead(path: string): Promise<Database> {
  if (!existsSync(path)) {
    throw new UnreachableError(
      `There is no file ${path}. Is this the path that the application uses? Its first request makes it.`,
    )
  }
  // Not every Node has it without a warning, and not everybody needs it.
  const sqlite = await import('node:sqlite')
  let database: Database | undefined
  try {
    database = new sqlite.DatabaseSync(path, { readOnly: true })
    database.exec(`PRAGMA busy_timeout = ${busyMs}`)
    const tables = database
      .prepare("SELECT count(*) AS count FROM sqlite_master WHERE name LIKE 'rekindle\\_%' ESCAPE '\\'")
      .get()
    if (tables?.['count'] === 0) throw new Error('it has no tables of Rekindle')
    return database
  } catch (error) {
    database?.close()
    throw new UnreachableError(`${path} cannot be used: ${(error as Error).message}.`)
  }
}
