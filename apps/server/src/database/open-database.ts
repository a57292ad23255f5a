import { Kysely, PostgresDialect } from 'kysely'
import type { Dialect } from 'kysely'
import { migrate } from './migrate.ts'
import { nodeSqliteDialect } from './node-sqlite-dialect.ts'
import type { AppDatabase, Schema } from './schema.ts'

export interface DatabaseOptions {
  /** `postgres://…` for PostgreSQL. Without it the database is the SQLite file `path`. */
  readonly url?: string | undefined
  /** Made if missing, with the folders it lies in. */
  readonly path: string
  /** Connections to PostgreSQL of this process. Default 8. */
  readonly maxConnections?: number
  /** Told of a PostgreSQL connection that broke while nobody used it. The pool replaces it. */
  readonly onConnectionLost?: (error: Error) => void
}

/** Opens the database and brings its tables up to date. Close it with `destroy()`. */
export async function openDatabase(options: DatabaseOptions): Promise<AppDatabase> {
  const db = new Kysely<Schema>({ dialect: await chooseDialect(options) })
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function chooseDialect(options: DatabaseOptions): Promise<Dialect> {
  if (!options.url) return nodeSqliteDialect(options.path)
  if (!/^postgres(ql)?:\/\//.test(options.url)) {
    // The url may hold a password: it is not repeated.
    throw new Error('DATABASE_URL must begin with postgres:// or postgresql://. Leave it out to use SQLite.')
  }
  // Imported only here: who uses SQLite does not wait for it.
  const { Pool } = await import('pg')
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 8,
    connectionTimeoutMillis: 5_000,
    // A query that hangs would keep its connection from all later requests.
    statement_timeout: 30_000,
  })
  // Without a listener an idle connection that breaks would end the process.
  pool.on('error', (error) => options.onConnectionLost?.(error))
  return new PostgresDialect({ pool })
}
